import type { MiddlewareHandler } from "hono";

/** What every answer says: nothing of it runs, frames, leaks to or is read by another page. */
const headers: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // The address of everything here is a secret, and what it answers is of the moment.
  "cache-control": "no-store",
};

export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
};

/** Refuses a name that somebody made to lead here: with it, their page would be of our origin (DNS rebinding). */
export function ownHost(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host");
    if (host !== `127.0.0.1:${port()}` && host !== `localhost:${port()}`) return context.body(null, 403);
    await next();
    return;
  };
}

/**
 * Refuses what another page asks for. A page on another port of this machine is another origin too, though browsers
 * call it the same site; to follow a link to the board is all that it may do.
 */
export const ownOrigin: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const origin = req.header("origin");
  const isOurs = origin === `http://${req.header("host") ?? ""}`;
  const site = req.header("sec-fetch-site") ?? "none";
  const isFollowed = req.header("sec-fetch-mode") === "navigate" && req.header("sec-fetch-dest") === "document";
  const isReading = req.method === "GET" || req.method === "HEAD";
  const mayRead =
    (origin === undefined || isOurs) && (site === "none" || site === "same-origin" || (isFollowed && !origin));
  if (isReading ? !mayRead : !isOurs || !mayRead) return context.body(null, 403);
  await next();
  return;
};
