/**
 * What a text of JSON says; undefined where it is none.
 *
 * @internal
 */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
