import type { HttpBindings } from "@hono/node-server";
import { type Context, type Handler, Hono } from "hono";
import type { AgentIdentity } from "../../options.js";
import { describeError, printable } from "../../printable.js";
import { OP_ACTIONS, type OpAction } from "../../rest/OpRecord.js";
import { jsonBody } from "./jsonBody.js";
import { isOpRefused, OpRefusedError } from "./OpRefusedError.js";
import type { OpRegistry } from "./OpRegistry.js";
import { problem } from "./problem.js";
import type { RequestGuard } from "./requestGuard.js";

/** What each request brings along: Node's own objects. */
interface Env {
  readonly Bindings: HttpBindings;
}

const OPS = "/api/v1/ops";

/**
 * The routes of the gateway's API server, on a registry of ops.
 *
 * @internal
 */
export function opsApp(ops: OpRegistry, guard: RequestGuard): Hono<Env> {
  const app = new Hono<Env>({ getPath: (_request, options) => rawPath(options?.env?.incoming.url) });

  app.use(async (context, next) => {
    const refusal = guard(context.env.incoming.headers);
    if (refusal) return refusal;
    await next();
    return undefined;
  });

  app.get(OPS, (context) => context.json(ops.list()));
  app.post(OPS, async (context) => {
    const body = await jsonBody(context.env.incoming);
    if (body instanceof Response) return body;
    const { op_id: opId } = body;
    if (typeof opId !== "string") return problem(400, "op_id must be a string");
    const agent = agentOf(body);
    return agent instanceof Response ? agent : context.json(ops.register(opId, agent), 201);
  });
  app.all(OPS, notAllowed("GET, HEAD, POST"));

  post(app, `${OPS}/global/halt`, async (context) => {
    const body = await jsonBody(context.env.incoming);
    return body instanceof Response ? body : context.json(await ops.haltFleet(body["action"] as OpAction));
  });
  post(app, `${OPS}/:id/halt-agent`, async (context) => {
    const body = await jsonBody(context.env.incoming);
    if (body instanceof Response) return body;
    return context.json(await ops.haltAgent(opIdIn(context), body["action"] as OpAction));
  });
  for (const action of OP_ACTIONS) {
    post(app, `${OPS}/:id/${action}`, async (context) => {
      const { op_id, updated_at } = await ops.act(opIdIn(context), action);
      return context.json({ op_id, action, accepted_at: updated_at });
    });
  }

  app.notFound(({ req }) => problem(404, `No route matched: ${req.method} ${printable(req.path)}`));
  app.onError((error) =>
    isOpRefused(error) ? problem(error.status, error.message) : problem(500, describeError(error)),
  );
  return app;
}

function post(app: Hono<Env>, path: string, handler: Handler<Env>): void {
  app.post(path, handler);
  app.all(path, notAllowed("POST"));
}

function notAllowed(allow: string): Handler<Env> {
  return ({ req }) => problem(405, `${printable(req.method)} is not allowed here`, { allow });
}

/** As it came, for an op may be called ".." or "a/b": neither steps nor %2F are taken for a part of the path. */
function rawPath(url = "/"): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
}

function opIdIn({ req }: Context<Env>): string {
  const segment = req.path.slice(OPS.length + 1).split("/")[0] ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new OpRefusedError("Operation id must be URL-encoded UTF-8", 400);
  }
}

/** The agent that a registration is for: what the real gateway knows from elsewhere, and does not read here. */
function agentOf(body: Readonly<Record<string, unknown>>): AgentIdentity | undefined | Response {
  const { agent_id: agentId = "", team_id: teamId = "", org_id: orgId = "" } = body;
  if (typeof agentId !== "string" || typeof teamId !== "string" || typeof orgId !== "string") {
    return problem(400, "agent_id, team_id and org_id must be strings");
  }
  return agentId === "" ? undefined : { orgId, teamId, agentId };
}
