import { expect } from "chai";
import type { ServerResponse } from "node:http";
import { explain, type OperatorRequest } from "../../../lib/cli/operator/explain.js";
import { OpsClient } from "../../../lib/rest/OpsClient.js";
import type { OpAction } from "../../../lib/rest/OpRecord.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import { US } from "../../helpers/gateways.js";
import { HttpServer } from "../../helpers/http.js";
import { rejectionOf } from "../../helpers/record.js";
import { deadEndpoint } from "../../helpers/sockets.js";
import { withVariable } from "../api/withVariable.js";

describe("explain", () => {
  describe("says which conflict it is, by the state that the op is in:", () => {
    const rows: readonly (readonly [string, OpAction, string])[] = [
      ["pending", "pause", "it is pending, and does not run yet"],
      ["pending", "resume", "it is pending, and was not paused"],
      ["running", "resume", "it is running, so there is nothing to resume"],
      ["paused", "pause", "it is already paused"],
      ["completing", "pause", "it has already completed"],
      ["completing", "resume", "it has already completed"],
      ["terminated", "pause", "it is already terminated"],
      ["terminated", "resume", "it is already terminated"],
    ];
    for (const [state, action, sentence] of rows) {
      it(`${action} of a ${state} op`, async () => {
        await using gateway = await DevGateway.start({ rest: {} });
        const { ops } = gateway;
        ops.ingest("op");
        if (state !== "pending") ops.allow("op");
        if (state === "paused") await ops.act("op", "pause");
        if (state === "completing") ops.complete("op");
        if (state === "terminated") await ops.act("op", "terminate");
        expect(await explained({ action, scope: "op", opId: " op " }, gateway.apiUrl!)).to.equal(
          `cannot ${action}  op : 409: ${sentence}`,
        );
      });
    }

    it("that an op by now permits it, as it stands in the list", async () => {
      const text = await answered(409, [{ ...RECORD, state: "run\u0007" }]);
      expect(text).to.equal("cannot pause op: 409: it is run\\u0007 by now");
    });

    it("and that of the gateway where the op is not listed any more, or none can be listed", async () => {
      for (const list of [[], "<html>"]) expect(await answered(409, list)).to.equal("cannot pause op: 409 Conflict");
    });
  });

  it("says that nobody registered an op, where it is a gateway that says 404", async () => {
    await using gateway = await DevGateway.start({ rest: {} });
    const nobody =
      "404: nobody registered this op (exec does, and register for an agent of your own), or it ended more than a minute ago";
    const request: OperatorRequest = { action: "pause", scope: "op", opId: "\u001b[2J" };
    expect(await explained(request, gateway.apiUrl!)).to.equal(`cannot pause \\u001b[2J: ${nobody}`);
    expect(await explained({ ...request, scope: "agent", opId: "op" }, gateway.apiUrl!)).to.equal(
      `cannot pause the agent of op: ${nobody}`,
    );
  });

  it("asks whether it is a gateway where it is another server that says 404", async () => {
    for (const scope of ["op", "agent", "fleet"] as const) {
      const text = await answered(404, "<html>", { action: "terminate", scope, opId: "op" });
      expect(text).to.match(
        /^cannot terminate (op|the agent of op|the fleet): 404 Not Found: is http:\S+ the gateway's API server\?$/,
      );
    }
  });

  it("says that the agent of an op is not known", async () => {
    await using gateway = await DevGateway.start({ rest: {} });
    gateway.ops.register("op");
    expect(await explained({ action: "pause", scope: "agent", opId: "op" }, gateway.apiUrl!)).to.equal(
      "cannot pause the agent of op: 409: the gateway does not know of one agent that the op belongs to",
    );
  });

  it("says that nobody was told", async () => {
    await using gateway = await DevGateway.start({ rest: {}, publisher: false });
    gateway.ops.register("op", US);
    expect(await explained({ action: "pause", scope: "fleet", opId: "" }, gateway.apiUrl!)).to.equal(
      "cannot pause the fleet: nobody was told: 503 Op-control channel not configured",
    );
  });

  it("says whether the key is missing or wrong", async () => {
    await using gateway = await DevGateway.start({ rest: { apiKey: "right" } });
    const request: OperatorRequest = { action: "pause", scope: "op", opId: "op" };
    await withVariable("AASM_API_KEY", undefined, async () => {
      expect(await explained(request, gateway.apiUrl!)).to.match(
        /: 401: http:\S+ asks for a key, and AASM_API_KEY is not set$/,
      );
    });
    await withVariable("AASM_API_KEY", "wrong", async () => {
      expect(await explained(request, gateway.apiUrl!)).to.match(
        /: 401: http:\S+ does not accept the key in AASM_API_KEY$/,
      );
    });
  });

  it("passes any other refusal on", async () => {
    expect(await answered(429, [])).to.equal("cannot pause op: 429 Too Many Requests");
  });

  describe("where there was no answer says that it may have been done all the same", () => {
    const unsure = /; it may have been done all the same$/;
    const request: OperatorRequest = { action: "terminate", scope: "op", opId: "op" };

    it("when none came in time", async () => {
      await using server = await HttpServer.start(() => undefined);
      expect(await explained(request, server.url(""), 50))
        .to.match(/did not answer within 50 ms; /)
        .and.match(unsure);
    });

    it("when the connection broke", async () => {
      await using server = await HttpServer.start((response) => response.socket?.resetAndDestroy());
      expect(await explained(request, server.url(""))).to.match(unsure);
    });

    it("but not when there never was one", async () => {
      expect(await explained(request, `http://${await deadEndpoint()}`))
        .to.match(/ECONNREFUSED/)
        .and.not.match(unsure);
    });
  });

  it("speaks of what else was asked, in the words that it is told", async () => {
    await using server = await HttpServer.start((response) => response.writeHead(404).end());
    const client = new OpsClient({ apiUrl: server.url("") });
    const error = (await explain(await rejectionOf(client.list(), Error), client, "list the ops")) as Error;
    expect(error.message).to.match(/^cannot list the ops: 404 Not Found: is http:\S+ the gateway's API server\?$/);
    expect(error.cause).to.have.property("status", 404);
  });

  it("leaves any other error as it is", async () => {
    const misuse = new TypeError("opId must be the id of an op");
    const client = new OpsClient({ apiUrl: "http://127.0.0.1:1" });
    expect(await explain(misuse, client, { action: "pause", scope: "op", opId: "" })).to.equal(misuse);
  });
});

const RECORD = { op_id: "op", state: "running", registered_at: "then", updated_at: "now" };
const PAUSE: OperatorRequest = { action: "pause", scope: "op", opId: "op" };

/** What is said of such a request to that server, which refuses it. */
async function explained(request: OperatorRequest, apiUrl: string, timeoutMs?: number): Promise<string> {
  const apiKey = process.env["AASM_API_KEY"];
  const client = new OpsClient({ apiUrl, ...(apiKey && { apiKey }), ...(timeoutMs && { timeoutMs }) });
  const { action, scope, opId } = request;
  const asked =
    scope === "op"
      ? client.act(opId, action)
      : scope === "agent"
        ? client.haltAgent(opId, action)
        : client.haltFleet(action);
  return ((await explain(await rejectionOf(asked, Error), client, request)) as Error).message;
}

/** The same of a server that answers every action with that status, and lists that. */
async function answered(status: number, list: unknown, request = PAUSE): Promise<string> {
  const answer = (response: ServerResponse): void => {
    if (response.req.method === "GET") response.end(JSON.stringify(list));
    else response.writeHead(status).end();
  };
  await using server = await HttpServer.start(answer);
  return await explained(request, server.url(""));
}
