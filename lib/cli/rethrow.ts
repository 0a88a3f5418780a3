/** For a stream that never errors. */
export function rethrow(error: unknown): never {
  throw error;
}
