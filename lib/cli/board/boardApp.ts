import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isSecret } from "../../isSecret.js";
import { describeError } from "../../printable.js";
import type { BoardAnswer } from "./BoardEvent.js";
import type { BoardFeed } from "./BoardFeed.js";
import type { BoardActions } from "./BoardActions.js";
import { eventStream } from "./eventStream.js";
import { ownHost, ownOrigin, safeHeaders } from "./guards.js";
import type { PageFile } from "./pageFiles.js";

/** What the board serves, and to whom. */
export interface BoardAppOptions {
  readonly token: string;
  readonly port: () => number;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly feed: Pick<BoardFeed, "events$" | "snapshot">;
  readonly actions: Pick<BoardActions, "perform">;
}

/** An op id is 1 KiB at most, and JSON takes six characters for some. */
const MAX_ACTION_BYTES = 64 * 1024;

/** More pages than anybody looks at; each costs a snapshot's memory. */
const MAX_PAGES = 32;

/** The routes of the board, all of them below the token; anything else is not there. */
export function boardApp({ token, port, files, feed, actions }: BoardAppOptions): Hono {
  const app = new Hono();
  const isOurs = isSecret(token);
  let pages = 0;

  const tooLarge = bodyLimit({ maxSize: MAX_ACTION_BYTES, onError: (context) => context.body(null, 413) });

  app.use(safeHeaders, ownHost(port), ownOrigin);
  app.use("/:token/*", async (context, next) => {
    if (!isOurs(context.req.param("token"))) return context.body(null, 404);
    await next();
    return;
  });

  app.get("/:token/events", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 404);
    if (pages >= MAX_PAGES) return context.body(null, 503);
    pages++;
    const stream = eventStream(feed, () => pages--);
    return context.body(stream, 200, { "content-type": "text/event-stream" });
  });

  app.post("/:token/actions", tooLarge, async (context) => {
    const type = context.req.header("content-type") ?? "";
    if (!/^application\/json\s*(;|$)/i.test(type)) return context.body(null, 415);
    const asked: unknown = await context.req.json().catch(() => undefined);
    const { status, answer } = await actions.perform(asked);
    return context.json<BoardAnswer>(answer, status);
  });

  app.get("/:token/*", (context) => {
    const { pathname } = new URL(context.req.url);
    const file = files.get(pathname.slice(pathname.indexOf("/", 1) + 1));
    return file ? context.body(file.body, 200, { "content-type": file.type }) : context.body(null, 404);
  });

  app.notFound((context) => context.body(null, 404));
  app.onError((error, context) => {
    console.error(`error: ${describeError(error)}`);
    return context.body(null, 500);
  });
  return app;
}
