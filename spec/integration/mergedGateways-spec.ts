import { expect } from "chai";
import { filter, firstValueFrom } from "rxjs";
import { mergeSources } from "../../lib/channel/mergeSources.js";
import { gatewaySignals } from "../../lib/gatewaySignals.js";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { FromOptions } from "../../lib/options.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, channelIs, subscribed, US } from "../helpers/gateways.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { record, rejectionOf } from "../helpers/record.js";
import { recordOf } from "../helpers/records.js";

const reconnect = { initialDelayMs: 5, maxDelayMs: 20 };

describe("Two gateways merged, over real sockets,", () => {
  let gateways: [DevGateway, DevGateway];
  let control: OpControlSubscriber;

  const connect = (options: FromOptions = {}): OpControlSubscriber => {
    const sources = gateways.map(({ endpoint }) => gatewaySignals(endpoint, { ...US, reconnect }));
    return (control = OpControlSubscriber.from(mergeSources(...sources), options));
  };
  const bothSubscribed = () => Promise.all(gateways.map((gateway) => subscribed(gateway, 1)));
  /** When all has been taken in that both have sent. */
  const allCaughtUp = (...which: readonly DevGateway[]) =>
    Promise.all((which.length > 0 ? which : gateways).map((gateway) => caughtUp(control, gateway)));
  const told = (kind: string) => firstValueFrom(control.diagnostics$.pipe(filter((told) => told.kind === kind)));

  beforeEach(async () => {
    gateways = [await DevGateway.start(), await DevGateway.start()];
    connect();
    await bothSubscribed();
    await control.ready();
    await allCaughtUp();
  });

  afterEach(async () => {
    control.close();
    await Promise.all(gateways.map((gateway) => gateway.close()));
  });

  it("are live while either is, and lost only with both", async () => {
    const [a, b] = gateways;
    const states = record(control.connection$);
    const lost = told("reconnect");
    b.kill();
    expect(await lost).to.have.property("attempt", 1);
    expect(control.streamAlive()).to.be.true;
    a.kill();
    await channelIs(control, "reconnecting");
    gateways[1] = await DevGateway.start({ port: b.port });
    await channelIs(control, "live");
    expect(new Set(states.values.map(({ state }) => state))).to.deep.equal(new Set(["live", "reconnecting"]));
  });

  it("pause an op by either, and let it go on when both have resumed it", async () => {
    const [a, b] = gateways;
    for (const gateway of gateways) gateway.pause(OP);
    await allCaughtUp();
    const waiting = record(control.awaitOp(OP));
    a.resume(OP);
    await allCaughtUp();
    expect(control.isPaused(OP)).to.be.true;
    b.resume(OP);
    await allCaughtUp();
    expect(waiting.end).to.equal("completed");
    b.pause(OTHER);
    await allCaughtUp();
    expect(control.isPaused(OTHER)).to.be.true;
    b.resume(OTHER);
    await allCaughtUp();
    expect(control.isPaused(OTHER)).to.be.false;
  });

  it("terminate an op by either, for good: once is enough, and twice does no harm", async () => {
    const [a, b] = gateways;
    const waiting = record(control.status(OP));
    b.terminate(OP);
    await allCaughtUp();
    a.terminate(OP);
    for (const gateway of gateways) gateway.resume(OP);
    await allCaughtUp();
    expect(waiting.values.map(({ state }) => state)).to.deep.equal(["running", "terminated"]);
    await rejectionOf(control.whenRunnable(OP), OpTerminatedError);
  });

  describe("when one is killed in the middle", () => {
    beforeEach(async () => {
      for (const gateway of gateways) for (const opId of [OP, OTHER]) gateway.pause(opId);
      await allCaughtUp();
    });

    it("lose no halt: what was paused stays so, and a TERMINATE of the other one is obeyed", async () => {
      const [a, b] = gateways;
      b.kill();
      await told("reconnect");
      a.resume(OTHER);
      // Once it runs, all that the other one had said is forgotten.
      expect(await control.whenRunnable(OTHER)).to.be.true;
      expect(control.isPaused(OP)).to.be.true;
      a.haltFleet("TERMINATE");
      await allCaughtUp(a);
      expect([OP, OTHER].map((opId) => control.isTerminated(opId))).to.deep.equal([true, true]);
    });

    it("lose no RESUME that the other one has sent, be it just before or after", async () => {
      const [a, b] = gateways;
      a.resume(OP);
      await allCaughtUp(a);
      expect(control.isPaused(OP)).to.be.true;
      b.kill();
      await told("reconnect");
      a.resume(OTHER);
      for (const opId of [OP, OTHER]) expect(await control.whenRunnable(opId)).to.be.true;
    });

    it("go on with both when it is back", async () => {
      const [a, b] = gateways;
      b.kill();
      await told("reconnect");
      gateways[1] = await DevGateway.start({ port: b.port });
      await subscribed(gateways[1], 1);
      await allCaughtUp();
      for (const gateway of [a, gateways[1]]) gateway.resume(OP);
      await allCaughtUp();
      expect(control.isPaused(OP)).to.be.false;
      gateways[1].terminate(OP);
      await allCaughtUp();
      expect(control.isTerminated(OP)).to.be.true;
    });
  });

  it("go on with one where the other refuses the agent, and say so", async () => {
    control.close();
    const refusal = { code: 7, details: "not this agent" };
    const [a, b] = gateways;
    await Promise.all(gateways.map((gateway) => subscribed(gateway, 0)));
    b.refuseNext(1, refusal);
    connect();
    expect(await told("sourceEnded"))
      .to.have.property("message")
      .that.includes("not this agent");
    await control.ready();
    a.pause(OP);
    await allCaughtUp(a);
    expect(control.isPaused(OP)).to.be.true;
    a.refuseNext(1, refusal);
  });

  it("fail where both refuse it", async () => {
    control.close();
    await Promise.all(gateways.map((gateway) => subscribed(gateway, 0)));
    for (const gateway of gateways) gateway.refuseNext(1, { code: 7, details: "not this agent" });
    connect();
    expect((await channelIs(control, "failed")).lastError).to.include("not this agent");
  });

  it("become stale with both, and ask what was missed when one is back", async () => {
    control.close();
    const answers = [[], [recordOf("terminated")]];
    connect({ whenStale: { then: "hold", graceMs: 20 }, reconcile: () => [answers.shift() ?? []] });
    await control.ready();
    await bothSubscribed();
    const [a, b] = gateways;
    b.kill();
    await told("reconnect");
    expect(control.isPaused(OP)).to.be.false;
    a.kill();
    await told("stale");
    expect(control.isPaused(OP)).to.be.true;
    gateways[0] = await DevGateway.start({ port: a.port });
    await told("reconciled");
    expect(control.isTerminated(OP)).to.be.true;
    expect(control.isPaused(OTHER)).to.be.false;
  });

  it("are left, both of them, on close()", async () => {
    const states = record(control.connection$);
    control.close();
    expect(states.end).to.equal("completed");
    await Promise.all(gateways.map((gateway) => subscribed(gateway, 0)));
  });
});
