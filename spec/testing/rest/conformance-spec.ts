import { expect } from "chai";
import type { AgentIdentity } from "../../../lib/options.js";
import type { OpRecord, OpRecordState } from "../../../lib/rest/OpRecord.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import { US } from "../../helpers/gateways.js";
import { RawStream } from "../../helpers/RawStream.js";
import { type ApiAnswer, type ApiRequest, askApi } from "./askApi.js";

const OTHERS = { ...US, teamId: "support" };
const OPS = "/api/v1/ops";
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const SIGNALS = ["", "PAUSE", "RESUME", "TERMINATE"];
const MAX_BODY_BYTES = 64 * 1024;

const NOT_FOUND = "Operation not found in registry";
const CONFLICT = "Operation state does not permit this transition";
const NO_AGENT = "Operation has no resolvable owning agent to halt";

type State = OpRecordState | "unknown";

/** Who an op is registered for: our agent, nobody, or two agents. */
type Owner = "ours" | "nobody's" | "shared";

/** One route, an op in one state, and what must come of it: the status, the op's state after it, who is sent what. */
type Row = readonly [
  route: string,
  owner: Owner,
  state: State,
  status: number,
  after: State,
  toUs: string,
  toOthers: string,
];

/** `OP` stands for the op's id. */
const table: readonly Row[] = [
  ["pause", "ours", "unknown", 404, "unknown", "", ""],
  ["pause", "ours", "pending", 409, "pending", "", ""],
  ["pause", "ours", "running", 200, "paused", "PAUSE OP", ""],
  ["pause", "ours", "paused", 409, "paused", "", ""],
  ["pause", "ours", "completing", 409, "completing", "", ""],
  ["pause", "ours", "terminated", 409, "terminated", "", ""],
  ["pause", "nobody's", "running", 200, "paused", "PAUSE OP", "PAUSE OP"],
  ["pause", "shared", "running", 200, "paused", "PAUSE OP", "PAUSE OP"],

  ["resume", "ours", "unknown", 404, "unknown", "", ""],
  ["resume", "ours", "pending", 409, "pending", "", ""],
  ["resume", "ours", "running", 409, "running", "", ""],
  ["resume", "ours", "paused", 200, "running", "RESUME OP", ""],
  ["resume", "ours", "completing", 409, "completing", "", ""],
  ["resume", "ours", "terminated", 409, "terminated", "", ""],
  ["resume", "nobody's", "paused", 200, "running", "RESUME OP", "RESUME OP"],
  ["resume", "shared", "paused", 200, "running", "RESUME OP", "RESUME OP"],

  ["terminate", "ours", "unknown", 404, "unknown", "", ""],
  ["terminate", "ours", "pending", 200, "terminated", "TERMINATE OP", ""],
  ["terminate", "ours", "running", 200, "terminated", "TERMINATE OP", ""],
  ["terminate", "ours", "paused", 200, "terminated", "TERMINATE OP", ""],
  ["terminate", "ours", "completing", 200, "completing", "", ""],
  ["terminate", "ours", "terminated", 200, "terminated", "", ""],
  ["terminate", "nobody's", "running", 200, "terminated", "TERMINATE OP", "TERMINATE OP"],
  ["terminate", "shared", "running", 200, "terminated", "TERMINATE OP", "TERMINATE OP"],
  ["terminate", "nobody's", "terminated", 200, "terminated", "", ""],

  ["halt-agent pause", "ours", "unknown", 404, "unknown", "", ""],
  ["halt-agent explode", "ours", "unknown", 404, "unknown", "", ""],
  ["halt-agent explode", "nobody's", "running", 400, "running", "", ""],
  ["halt-agent pause", "nobody's", "running", 409, "running", "", ""],
  ["halt-agent pause", "shared", "running", 409, "running", "", ""],
  ["halt-agent pause", "ours", "pending", 200, "pending", "PAUSE agent:agent-7", ""],
  ["halt-agent pause", "ours", "running", 200, "running", "PAUSE agent:agent-7", ""],
  ["halt-agent resume", "ours", "running", 200, "running", "RESUME agent:agent-7", ""],
  ["halt-agent terminate", "ours", "running", 200, "running", "TERMINATE agent:agent-7", ""],
  ["halt-agent pause", "ours", "paused", 200, "paused", "PAUSE agent:agent-7", ""],
  ["halt-agent pause", "ours", "completing", 200, "completing", "PAUSE agent:agent-7", ""],
  ["halt-agent pause", "ours", "terminated", 200, "terminated", "PAUSE agent:agent-7", ""],

  ["global/halt pause", "ours", "running", 200, "running", "PAUSE *", "PAUSE *"],
  ["global/halt resume", "ours", "paused", 200, "paused", "RESUME *", "RESUME *"],
  ["global/halt terminate", "ours", "running", 200, "running", "TERMINATE *", "TERMINATE *"],
  ["global/halt explode", "ours", "running", 400, "running", "", ""],

  ["register", "nobody's", "unknown", 201, "running", "", ""],
  ["register", "ours", "pending", 201, "pending", "", ""],
  ["register", "ours", "running", 201, "running", "", ""],
  ["register", "ours", "paused", 201, "paused", "", ""],
  ["register", "ours", "completing", 201, "completing", "", ""],
  ["register", "ours", "terminated", 201, "terminated", "", ""],
  ["list", "ours", "paused", 200, "paused", "", ""],
];

const details: Readonly<Record<number, RegExp>> = {
  400: /^Unknown halt action 'explode'/,
  404: new RegExp(`^${NOT_FOUND}$`),
  409: new RegExp(`^(${CONFLICT}|${NO_AGENT})$`),
};

/** What an op may be called, and is still reached. */
const oddIds = [
  "a/b",
  "..",
  ".",
  "%2F",
  "%",
  "%2e%2e",
  "global",
  "halt",
  "pause",
  "x?y#z",
  "a b+c",
  "é🛑",
  "*",
  "\\",
  "a;b=c",
  "\u0001",
];

describe("the REST API of a DevGateway", function () {
  this.timeout(20_000);

  let gateway: DevGateway;
  let us: RawStream;
  let others: RawStream;
  let ops = 0;

  before(async () => {
    gateway = await DevGateway.start({ rest: {} });
    us = await new RawStream(gateway, US).subscribed();
    others = await new RawStream(gateway, OTHERS).subscribed();
  });

  after(async () => {
    us[Symbol.dispose]();
    others[Symbol.dispose]();
    await gateway.close();
  });

  for (const [route, owner, state, status, after, toUs, toOthers] of table) {
    const sent = toUs === "" ? "nothing sent" : `${toUs} sent to ${toOthers === "" ? "our agent alone" : "both"}`;
    it(`${route}, ${owner}, ${state}: ${status}, ${after}, ${sent}`, async () => {
      const opId = `trace:${++ops}`;
      const before = await opIn(state, opId, owner);
      await heard();
      const answer = await ask(requestOf(route, opId));
      expect(answer.status).to.equal(status);
      expect(await heard()).to.deep.equal({
        us: toUs === "" ? [] : [toUs.replace("OP", opId)],
        others: toOthers === "" ? [] : [toOthers.replace("OP", opId)],
      });
      const record = gateway.ops.get(opId);
      expect(record?.state ?? "unknown").to.equal(after);
      if (after === state) expect(record).to.equal(before);
      if (status >= 400) expectProblem(answer, status, details[status]!);
      else expectAnswer(route, answer, opId, record!);
    });
  }

  describe("reaches an op by its URL-encoded id:", () => {
    for (const opId of oddIds) {
      it(JSON.stringify(opId), async () => {
        const registered = await ask({ path: OPS, body: { op_id: opId, ...wireOf(US) } });
        expect([registered.status, (registered.body as OpRecord).op_id]).to.deep.equal([201, opId]);
        await heard();
        const segment = encodeURIComponent(opId).replaceAll(".", "%2E");
        for (const action of ["pause", "resume", "terminate"]) {
          const { status, body } = await ask({ path: `${OPS}/${segment}/${action}` });
          expect(status).to.equal(200);
          expect(body).to.include({ op_id: opId, action });
        }
        const halted = await ask({ path: `${OPS}/${segment}/halt-agent`, body: { action: "resume" } });
        expect(halted.status).to.equal(200);
        expect(await heard()).to.deep.equal({
          us: [`PAUSE ${opId}`, `RESUME ${opId}`, `TERMINATE ${opId}`, "RESUME agent:agent-7"],
          others: [],
        });
      });
    }

    it("also through fetch, as scripts have it, and with blanks around it", async () => {
      gateway.ops.register("op/123", US);
      const paused = await fetch(`${gateway.apiUrl!}${OPS}/%20op%2F123%20/pause`, { method: "POST" });
      expect(paused.status).to.equal(200);
      expect(await paused.json()).to.include({ op_id: "op/123", action: "pause" });
      expect((await heard()).us).to.deep.equal(["PAUSE op/123"]);
    });

    it('the op "global" in /global/pause, while /global/halt is the fleet\'s', async () => {
      gateway.ops.register("global", US);
      await heard();
      await ask({ path: `${OPS}/global/halt`, body: { action: "pause" } });
      expect(await heard()).to.deep.equal({ us: ["PAUSE *"], others: ["PAUSE *"] });
    });
  });

  describe("refuses", () => {
    const tooLong = JSON.stringify({ op_id: "x".repeat(MAX_BODY_BYTES) });
    const rows: Readonly<Record<string, readonly [ApiRequest, number, RegExp]>> = {
      "a blank id": [{ path: `${OPS}/%20%20/pause` }, 400, /^Operation id must not be empty$/],
      "a blank id of a halt": [
        { path: `${OPS}/%09/halt-agent`, body: { action: "explode" } },
        400,
        /^Operation id must not be empty$/,
      ],
      "an id that is no UTF-8": [{ path: `${OPS}/%ff/pause` }, 400, /URL-encoded UTF-8/],
      "an id with a bare percent sign": [{ path: `${OPS}/100%/pause` }, 400, /URL-encoded UTF-8/],
      "no id": [{ path: `${OPS}//pause` }, 404, /^No route matched: POST \/api\/v1\/ops\/\/pause$/],
      "no op_id": [{ path: OPS, body: {} }, 400, /^op_id /],
      "a blank op_id": [{ path: OPS, body: { op_id: " \t " } }, 400, /^op_id must not be empty$/],
      "an op_id that is no text": [{ path: OPS, body: { op_id: 7 } }, 400, /^op_id /],
      "an agent that is no text": [{ path: OPS, body: { op_id: "x", agent_id: 7 } }, 400, /^agent_id/],
      "no JSON": [{ path: OPS, body: "{op_id}" }, 400, /JSON object/],
      "JSON that is no object": [{ path: OPS, body: ["x"] }, 400, /JSON object/],
      "an empty body": [{ path: OPS }, 400, /JSON object/],
      "an empty body of a halt, before it looks for the op": [
        { path: `${OPS}/unknown/halt-agent` },
        400,
        /JSON object/,
      ],
      "a halt without an action": [
        { path: `${OPS}/global/halt`, body: {} },
        400,
        /^Unknown halt action; expected pause/,
      ],
      "a body that is called something else": [
        { path: OPS, body: '{"op_id":"x"}', headers: { "content-type": "text/plain" } },
        415,
        /application\/json/,
      ],
      "a body without a type": [
        { path: `${OPS}/global/halt`, body: '{"action":"pause"}', headers: {} },
        415,
        /application\/json/,
      ],
      "a body that is too large": [{ path: OPS, body: tooLong }, 413, /65536 bytes/],
      "a body that is far too large": [{ path: OPS, body: tooLong.repeat(40) }, 413, /65536 bytes/],
      "a route that there is not": [{ path: "/api/v1/agents" }, 404, /^No route matched: POST \/api\/v1\/agents$/],
      "the root": [{ path: "/", method: "GET" }, 404, /^No route matched: GET \/$/],
      "an action that there is not": [{ path: `${OPS}/op-1/delete` }, 404, /^No route matched/],
      "a halt of one op": [{ path: `${OPS}/op-1/halt`, body: { action: "pause" } }, 404, /^No route matched/],
      "a slash too many": [{ path: `${OPS}/`, method: "GET" }, 404, /^No route matched/],
      "steps in the path": [{ path: `${OPS}/x/../global/halt`, body: { action: "pause" } }, 404, /^No route matched/],
      "a request from another site": [
        {
          path: `${OPS}/global/halt`,
          body: { action: "terminate" },
          headers: { origin: "http://evil.example", "content-type": "application/json" },
        },
        403,
        /another origin/,
      ],
      "a request by a name that was made to point here": [
        {
          path: `${OPS}/global/halt`,
          body: { action: "terminate" },
          headers: { host: "evil.example:7700", "content-type": "application/json" },
        },
        403,
        /^The Host header must name/,
      ],
      "what a browser asks before it would send from another site": [
        {
          path: `${OPS}/global/halt`,
          method: "OPTIONS",
          headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
        },
        403,
        /another origin/,
      ],
    };
    for (const [name, [request, status, detail]] of Object.entries(rows)) {
      it(`${name}: ${status}`, async () => {
        const known = gateway.ops.list();
        const answer = await ask(request);
        expectProblem(answer, status, detail);
        expect(Object.keys(answer.headers).filter((header) => header.startsWith("access-control"))).to.deep.equal([]);
        expect(gateway.ops.list()).to.deep.equal(known);
        expect(await heard()).to.deep.equal({ us: [], others: [] });
      });
    }

    const methods: readonly (readonly [string, string, string])[] = [
      ["DELETE", OPS, "GET, HEAD, POST"],
      ["OPTIONS", OPS, "GET, HEAD, POST"],
      ["GET", `${OPS}/op-1/pause`, "POST"],
      ["HEAD", `${OPS}/op-1/pause`, "POST"],
      ["PUT", `${OPS}/op-1/resume`, "POST"],
      ["PATCH", `${OPS}/op-1/terminate`, "POST"],
      ["GET", `${OPS}/op-1/halt-agent`, "POST"],
      ["GET", `${OPS}/global/halt`, "POST"],
      ["TRACE", `${OPS}/global/halt`, "POST"],
    ];
    for (const [method, path, allow] of methods) {
      it(`${method} ${path}: 405, and says what is allowed`, async () => {
        const answer = await ask({ method, path, headers: {} });
        if (method === "HEAD") expect(answer.status).to.equal(405);
        else expectProblem(answer, 405, new RegExp(`^${method} is not allowed here$`));
        expect(answer.headers.allow).to.equal(allow);
      });
    }

    it("a body of exactly the limit not", async () => {
      const opId = "x".repeat(MAX_BODY_BYTES - JSON.stringify({ op_id: "" }).length);
      expect((await ask({ path: OPS, body: { op_id: opId } })).status).to.equal(201);
      expect((await ask({ path: OPS, body: { op_id: `${opId}x` } })).status).to.equal(413);
    });
  });

  describe("lists", () => {
    it("every op with the names of the wire, the oldest first", async () => {
      await using another = await DevGateway.start({ rest: {} });
      expect((await askApi(another.apiUrl, { method: "GET", path: OPS })).body).to.deep.equal([]);
      another.ops.register("one", US);
      another.ops.ingest("two");
      const { status, headers, body } = await askApi(another.apiUrl, { method: "GET", path: `${OPS}?team=any` });
      expect([status, headers["content-type"]]).to.deep.equal([200, "application/json"]);
      const records = body as readonly OpRecord[];
      expect(records.map(({ op_id, state }) => `${op_id} ${state}`)).to.deep.equal(["one running", "two pending"]);
      expect(Object.keys(records[0]!)).to.deep.equal(["op_id", "state", "registered_at", "updated_at"]);
    });

    it("nothing of them for HEAD", async () => {
      const { status, body } = await ask({ method: "HEAD", path: OPS });
      expect([status, body]).to.deep.equal([200, ""]);
    });
  });

  it("takes a registration for the agent that it names", async () => {
    await ask({ path: OPS, body: { op_id: "theirs", ...wireOf(OTHERS) } });
    await ask({ path: OPS, body: { op_id: "id alone", agent_id: "agent-7" } });
    await ask({ path: OPS, body: { op_id: "no id", agent_id: "", team_id: "support" } });
    await heard();
    for (const opId of ["theirs", "id alone", "no id"]) await ask({ path: `${OPS}/${encodeURIComponent(opId)}/pause` });
    expect(await heard()).to.deep.equal({ us: ["PAUSE no id"], others: ["PAUSE theirs", "PAUSE no id"] });
  });

  it("ignores what comes with a request that needs no body", async () => {
    gateway.ops.register("with a body", US);
    const path = `${OPS}/with%20a%20body/pause`;
    expect((await ask({ path, body: "no JSON", headers: { "content-type": "text/plain" } })).status).to.equal(200);
    await heard();
  });

  describe("where a key is required", () => {
    const apiKey = "aa_0123456789abcdef";
    let keyed: DevGateway;
    before(async () => {
      keyed = await DevGateway.start({ rest: { apiKey } });
    });
    after(() => keyed.close());

    for (const path of [OPS, "/", `${OPS}/global/halt`]) {
      it(`answers ${path} with 401 without it, and says how to bring it`, async () => {
        const answer = await askApi(keyed.apiUrl, { path, body: { action: "terminate" } });
        expectProblem(answer, 401, /^A valid API key is required$/);
        expect(answer.headers["www-authenticate"]).to.equal("Bearer");
      });
    }

    it("serves those who bring it", async () => {
      const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
      expect((await askApi(keyed.apiUrl, { path: OPS, body: { op_id: "x" }, headers })).status).to.equal(201);
      expect((await askApi(keyed.apiUrl, { path: "/", headers })).status).to.equal(404);
    });
  });

  describe("where nothing can be sent", () => {
    it("answers a signal with 503, and changes no record", async () => {
      await using mute = await DevGateway.start({ publisher: false, rest: {} });
      const op = mute.ops.register("op", US);
      for (const request of ["pause", "terminate", "halt-agent pause", "global/halt pause"]) {
        const answer = await askApi(mute.apiUrl, requestOf(request, "op"));
        expectProblem(answer, 503, /^Op-control channel not configured$/);
      }
      expect(mute.ops.list()).to.deep.equal([op]);
    });
  });

  function ask(request: ApiRequest): Promise<ApiAnswer> {
    return askApi(gateway.apiUrl, request);
  }

  /** Brings an op into a state, and gives its record. */
  async function opIn(state: State, opId: string, owner: Owner): Promise<OpRecord | undefined> {
    if (state === "unknown") return undefined;
    const { ops } = gateway;
    ops.ingest(opId);
    if (owner !== "nobody's") ops.register(opId, US);
    if (owner === "shared") ops.register(opId, OTHERS);
    if (state !== "pending") ops.allow(opId);
    if (state === "completing") ops.complete(opId);
    if (state === "paused") await ops.act(opId, "pause");
    if (state === "terminated") await ops.act(opId, "terminate");
    return ops.get(opId);
  }

  /** What both have received since the last time, up to a fence: a stream keeps the order. */
  async function heard(): Promise<{ us: readonly string[]; others: readonly string[] }> {
    const fence = `fence:${++ops}`;
    gateway.send({ opId: fence, signal: 2, sequence: 0n });
    return { us: await heardBy(us, fence), others: await heardBy(others, fence) };
  }
});

async function heardBy(stream: RawStream, fence: string): Promise<readonly string[]> {
  while (stream.messages.at(-1)?.opId !== fence) await stream.received(stream.messages.length + 1);
  const taken = stream.messages.splice(0).slice(0, -1);
  return taken.map(({ opId, signal }) => [SIGNALS[signal], opId].join(" "));
}

function requestOf(route: string, opId: string): ApiRequest {
  const [path = "", action = ""] = route.split(" ");
  if (path === "list") return { method: "GET", path: OPS };
  if (path === "register") return { path: OPS, body: { op_id: opId } };
  const prefix = path === "global/halt" ? OPS : `${OPS}/${encodeURIComponent(opId)}`;
  return { path: `${prefix}/${path}`, body: action && { action } };
}

function expectProblem({ status, headers, body }: ApiAnswer, expected: number, detail: RegExp): void {
  expect(body).to.have.all.keys("type", "title", "status", "detail");
  expect(body).to.include({ type: "about:blank", status: expected });
  expect((body as { detail: string }).detail).to.match(detail);
  expect(status).to.equal(expected);
  expect(headers["content-type"]).to.equal("application/problem+json");
}

function expectAnswer(route: string, { headers, body }: ApiAnswer, opId: string, record: OpRecord): void {
  expect(headers["content-type"]).to.equal("application/json");
  const [path = "", action = path] = route.split(" ");
  if (path === "list") expect(body).to.deep.include(record);
  else if (path === "register") expect(body).to.deep.equal(record);
  else if (path === "global/halt") expectHalt(body, { scope: "global", target: "", action });
  else if (path === "halt-agent") expectHalt(body, { scope: "agent", target: US.agentId, action });
  else expect(body).to.deep.equal({ op_id: opId, action, accepted_at: record.updated_at });
  expect(record.updated_at).to.match(RFC_3339);
}

function expectHalt(body: unknown, expected: object): void {
  const { accepted_at, ...rest } = body as { accepted_at: string };
  expect(accepted_at).to.match(RFC_3339);
  expect(rest).to.deep.equal(expected);
}

function wireOf({ orgId = "", teamId = "", agentId }: AgentIdentity): object {
  return { org_id: orgId, team_id: teamId, agent_id: agentId };
}
