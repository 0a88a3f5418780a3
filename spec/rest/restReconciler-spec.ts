import { expect } from "chai";
import { filter, firstValueFrom } from "rxjs";
import type { Diagnostic } from "../../lib/Diagnostic.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { restReconciler } from "../../lib/rest/restReconciler.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { rebind } from "../../lib/testing/rebind.js";
import { caughtUp, connectTo, subscribed, US } from "../helpers/gateways.js";
import { HttpServer } from "../helpers/http.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { recordOf } from "../helpers/records.js";

const PATH = "/api/v1/ops";
const reconnect = { initialDelayMs: 1, maxDelayMs: 10 };

const told = <Kind extends Diagnostic["kind"]>(control: OpControlSubscriber, kind: Kind) =>
  firstValueFrom(
    control.diagnostics$.pipe(
      filter((diagnostic): diagnostic is Extract<Diagnostic, { kind: Kind }> => diagnostic.kind === kind),
    ),
  );

describe("restReconciler", () => {
  let gateway: DevGateway;
  let control: OpControlSubscriber | undefined;

  beforeEach(async () => {
    gateway = await DevGateway.start();
  });

  afterEach(async () => {
    control?.close();
    await gateway.close();
  });

  it("finds what was missed: after an outage an op is paused that was paused in it, and one is terminated", async () => {
    const records = [recordOf("running"), recordOf("running", 0, OTHER)];
    await using api = await HttpServer.start((response) => response.end(JSON.stringify(records)));
    control = connectTo(gateway, { reconnect, reconcile: restReconciler({ apiUrl: api.url("") }) });
    expect(await told(control, "reconciled")).to.deep.equal({
      kind: "reconciled",
      paused: 0,
      resumed: 0,
      terminated: 0,
    });
    expect([OP, OTHER].map((opId) => control!.isPaused(opId))).to.deep.equal([false, false]);

    records.splice(0, 2, recordOf("paused"), recordOf("terminated", 0, OTHER));
    gateway.endStreams();
    expect(await told(control, "reconciled")).to.include({ paused: 1, terminated: 1 });
    expect([control.isPaused(OP), control.isTerminated(OTHER)]).to.deep.equal([true, true]);
    expect(api.requests.map(({ path }) => path)).to.deep.equal([PATH, PATH]);
  });

  it("lifts no pause where a gateway that was started anew has the op registered again, since later than the pause", async () => {
    const ports = { port: gateway.port, rest: { port: 0 } };
    await gateway.close();
    gateway = await DevGateway.start(ports);
    const apiPort = Number(new URL(gateway.apiUrl!).port);
    control = connectTo(gateway, { reconnect, reconcile: restReconciler({ apiUrl: gateway.apiUrl! }) });
    await told(control, "reconciled");
    gateway.ops.register(OP, US);
    await gateway.ops.act(OP, "pause");
    await caughtUp(control, gateway);

    gateway.kill();
    const { port } = gateway;
    gateway = await rebind(port, () => DevGateway.start({ port, rest: { port: apiPort } }));
    gateway.ops.register(OP, US);
    expect(await told(control, "reconciled")).to.include({ resumed: 0 });
    expect(control.isPaused(OP)).to.be.true;

    for (const action of ["pause", "resume"] as const) {
      await gateway.ops.act(OP, action);
      await caughtUp(control, gateway);
    }
    expect(control.isPaused(OP)).to.be.false;
  });

  it("lifts a pause whose RESUME was missed, and none that came later than what the record is of", async () => {
    let updatedAtMs = 0;
    await using api = await HttpServer.start((response) =>
      response.end(JSON.stringify([recordOf("running", updatedAtMs)])),
    );
    control = connectTo(gateway, { reconnect, reconcile: restReconciler({ apiUrl: api.url("") }) });
    await told(control, "reconciled");
    gateway.pause(OP);
    await caughtUp(control, gateway);
    gateway.endStreams();
    expect(await told(control, "reconciled")).to.include({ resumed: 0 });
    expect(control.isPaused(OP)).to.be.true;

    updatedAtMs = Date.now() + 1_000;
    gateway.endStreams();
    expect(await told(control, "reconciled")).to.include({ resumed: 1 });
    expect(control.isPaused(OP)).to.be.false;
  });

  for (const [what, status, body] of [
    ["refuses", 403, '{"detail":"not with this key"}'],
    ["fails", 500, ""],
    ["is none", 200, "<html>"],
    ["answers with something else", 200, '{"ops":[]}'],
  ] as const) {
    it(`changes nothing, and says so, where the server ${what}`, async () => {
      await using api = await HttpServer.start((response) => response.writeHead(status).end(body));
      control = connectTo(gateway, { reconnect, reconcile: restReconciler({ apiUrl: api.url("") }) });
      expect((await told(control, "reconcileFailed")).message).to.be.a("string").that.is.not.empty;
      expect(control.streamAlive()).to.be.true;
      gateway.pause(OP);
      await caughtUp(control, gateway);
      expect(control.isPaused(OP)).to.be.true;
    });
  }

  it("says so where nobody is there, or is too slow", async () => {
    await using api = await HttpServer.start(() => undefined);
    for (const options of [{ apiUrl: "http://127.0.0.1:1" }, { apiUrl: api.url(""), timeoutMs: 20 }]) {
      control = connectTo(gateway, { reconnect, reconcile: restReconciler(options) });
      expect((await told(control, "reconcileFailed")).message).to.match(
        /cannot be reached|did not answer within 20 ms/,
      );
      control.close();
    }
  });

  it("takes its question back when the channel is lost, and on close()", async () => {
    for (const give of [() => gateway.endStreams(), () => control!.close()]) {
      await using api = await HttpServer.start(() => undefined);
      const reconcile = restReconciler({ apiUrl: api.url("") });
      control = connectTo(gateway, { reconnect: { initialDelayMs: 10_000 }, reconcile });
      const [request] = await Promise.all([api.arrived(PATH), subscribed(gateway, 1)]);
      give();
      expect(await api.ended(PATH)).to.equal("cut");
      expect(request.end).to.equal("cut");
      control.close();
      await subscribed(gateway, 0);
    }
  });

  it("refuses what is wrong at once, by name", () => {
    expect(() => restReconciler({ apiUrl: "gateway:7700" })).to.throw(TypeError, /^apiUrl must be /);
    expect(() => restReconciler({ apiUrl: "http://gateway:7700", apiKey: "s3cr3t" })).to.throw(
      TypeError,
      /^apiKey must be /,
    );
  });
});
