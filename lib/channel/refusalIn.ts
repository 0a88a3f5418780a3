import { type ServiceError, status } from "@grpc/grpc-js";

/**
 * What the gateway means by turning us away: `"misconfigured"` will not change by asking again, `"unauthenticated"` may
 * with a fresh token, undefined is no refusal at all.
 */
export type Refusal = "misconfigured" | "unauthenticated" | undefined;

const refusals: Readonly<Record<number, Refusal>> = {
  [status.INVALID_ARGUMENT]: "misconfigured",
  [status.PERMISSION_DENIED]: "misconfigured",
  [status.UNIMPLEMENTED]: "misconfigured",
  [status.UNAUTHENTICATED]: "unauthenticated",
};

/**
 * Whether an attempt ended because the gateway itself refuses us.
 *
 * The code alone does not say so: grpc-js makes PERMISSION_DENIED of a stream reset with INADEQUATE_SECURITY, and 401,
 * 403 and 404 of a proxy's error page into such codes as well. Only an answer that came as gRPC is the gateway's.
 *
 * @internal
 */
export function refusalIn(error: unknown): Refusal {
  const { code, metadata } = (error ?? {}) as Partial<ServiceError>;
  const contentType = String(metadata?.get("content-type")[0] ?? "");
  return code !== undefined && isGrpc(contentType) ? refusals[code] : undefined;
}

/**
 * Whether an answer with that content type is gRPC's and no web page's.
 *
 * @internal
 */
export function isGrpc(contentType: string): boolean {
  return contentType.startsWith("application/grpc");
}
