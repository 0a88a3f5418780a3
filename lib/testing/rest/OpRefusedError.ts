import { AssemblyError } from "../../errors.js";

/**
 * A gateway's registry of ops refused what was asked of it.
 *
 * @example
 * ```ts
 * import { DevGateway, OpRefusedError } from "rx-op-control/testing";
 *
 * await using gateway = await DevGateway.start();
 * await gateway.ops.act("trace:span", "pause").catch((error) => {
 *   if (error instanceof OpRefusedError) console.log(error.status); // 404: nobody has registered it
 * });
 * ```
 */
export class OpRefusedError extends AssemblyError {
  override readonly name = "OpRefusedError";

  /**
   * @param status How HTTP says so: 400 for what cannot be asked at all, 404 for an op that nobody registered, 409 where
   *   the op's state or owner does not permit it, 503 where no signal can be sent.
   */
  constructor(
    message: string,
    readonly status: 400 | 404 | 409 | 503,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * By its name: this is loaded on demand, and a loader of TypeScript may then have given it a class of its own.
 *
 * @internal
 */
export function isOpRefused(error: Error): error is OpRefusedError {
  return error.name === "OpRefusedError";
}
