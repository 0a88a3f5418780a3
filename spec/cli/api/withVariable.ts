/** Does the work with a variable of the environment set, or not set, as if it had been so from the start. */
export async function withVariable(name: string, value: string | undefined, work: () => unknown): Promise<void> {
  const before = process.env[name];
  set(name, value);
  try {
    await work();
  } finally {
    set(name, before);
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
