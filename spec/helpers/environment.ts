/** Runs something with these variables of the environment, and puts back what there was; undefined is not set. */
export function withEnvironment<T>(variables: Readonly<Record<string, string | undefined>>, act: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (entries: Iterable<readonly [string, string | undefined]>): void => {
    for (const [name, value] of entries) {
      // An assigned undefined would be the text of it.
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
  set(Object.entries(variables));
  try {
    return act();
  } finally {
    set(before);
  }
}
