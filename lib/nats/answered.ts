import { TimeoutError } from "@nats-io/transport-node";

/**
 * An answer of NATS's, or an error that says who has not answered in time: NATS's own says "timeout" and no more.
 *
 * @internal
 */
export async function answered<T>(answer: Promise<T>, who: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TimeoutError) throw new Error(`no answer from ${who} in time`, { cause: error });
    throw error;
  }
}
