import { AssemblyError } from "../errors.js";

/**
 * The gateway's API server refused a request, or could not be asked.
 *
 * @example
 * ```ts
 * import { firstValueFrom, from } from "rxjs";
 * import { OpsApiError, restReconciler } from "rx-op-control";
 *
 * const reconcile = restReconciler({ apiUrl: "http://127.0.0.1:7700" });
 * try {
 *   console.log(await firstValueFrom(from(reconcile(AbortSignal.timeout(5_000)))));
 * } catch (error) {
 *   if (error instanceof OpsApiError) console.error(error.status ?? "no answer", error.message);
 * }
 * ```
 */
export class OpsApiError extends AssemblyError {
  override readonly name = "OpsApiError";

  /**
   * @param status The status of HTTP; undefined where no answer came, and then `cause` says why.
   */
  constructor(
    message: string,
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
