import { check } from "./check.js";

/**
 * Refuses what is no gRPC target, without repeating it. A file of its own, for a command checks it before gRPC is loaded.
 *
 * @internal
 */
export function checkEndpoint(endpoint: unknown): void {
  check(
    isEndpoint(endpoint),
    "endpoint",
    'a "host:port" (or another gRPC target, without "http://" or "user:password@")',
  );
}

function isEndpoint(endpoint: unknown): boolean {
  if (typeof endpoint !== "string" || !/^[^\s]+$/.test(endpoint) || /^https?:/i.test(endpoint)) return false;
  // No gRPC target has user-info: all of it would be looked up as a name, and shown when there is none of that name.
  return endpoint.startsWith("unix:") || !endpoint.includes("@");
}
