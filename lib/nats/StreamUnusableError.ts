import { AssemblyError } from "../errors.js";
import { STREAM_NAME } from "./streamConfig.js";

/** The bus has no stream of signals that could be relied on: it is missing, or would lose signals without a word. */
export class StreamUnusableError extends AssemblyError {
  override readonly name: string = "StreamUnusableError";

  /** @param reason What is wrong with it. */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`stream ${STREAM_NAME} cannot be used: ${reason}`, options);
  }
}

/** The same, and asking again will not change it: somebody has configured the stream for something else. */
export class StreamMismatchError extends StreamUnusableError {
  override readonly name = "StreamMismatchError";
}
