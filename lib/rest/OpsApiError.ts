import { AssemblyError } from "../errors.js";

/** The gateway's API server refused a request, or could not be asked. */
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
