import { expect } from "chai";
import { filter, firstValueFrom, map, take, toArray } from "rxjs";
import { SignalObservable } from "../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../lib/channel/SignalSource.js";
import { gatewaySignals } from "../lib/gatewaySignals.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import { DevGateway } from "../lib/testing/DevGateway.js";
import { caughtUp, channelIs, connectTo, subscribed, US } from "./helpers/gateways.js";
import { OP, pause, resume } from "./helpers/opControl.js";
import { rejectionOf } from "./helpers/record.js";

/** A status by its state, a message by the wire's number of its signal. */
function shown(event: ChannelEvent): string {
  if (event.type === "status") return event.status.state;
  return event.type === "message" ? String((event.message as { signal: number }).signal) : event.diagnostic.kind;
}

describe("gatewaySignals", () => {
  let gateway: DevGateway;

  beforeEach(async () => {
    gateway = await DevGateway.start();
  });

  afterEach(() => gateway.close());

  it("connects to nothing before it is subscribed, and once for each subscription", async () => {
    const signals$ = gatewaySignals(gateway.endpoint, US);
    expect(signals$).to.be.instanceOf(SignalObservable);
    const subscriptions = [signals$.subscribe(), signals$.events$.subscribe()];
    await subscribed(gateway, 2);
    expect(gateway.subscribers).to.deep.equal([US, US]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await subscribed(gateway, 0);
  });

  it("emits the gateway's signals, and on events$ how the channel is doing as well", async () => {
    const signals$ = gatewaySignals(gateway.endpoint, US);
    const emitted = firstValueFrom(signals$.pipe(take(2), toArray()));
    const events = firstValueFrom(signals$.events$.pipe(map(shown), take(4), toArray()));
    await subscribed(gateway, 2);
    gateway.pause(OP);
    gateway.resume(OP);
    expect(await emitted).to.deep.equal([pause(OP, 0n), resume(OP, 1n)]);
    expect(await events).to.deep.equal(["connecting", "live", "1", "2"]);
  });

  it("is to a subscriber what connect is", async () => {
    const control = OpControlSubscriber.from(gatewaySignals(gateway.endpoint, US));
    const states = firstValueFrom(
      control.connection$.pipe(
        map(({ state }) => state),
        toArray(),
      ),
    );
    await control.ready();
    gateway.terminate(OP);
    await caughtUp(control, gateway);
    expect(control.isTerminated(OP)).to.be.true;
    gateway.endStreams();
    expect((await channelIs(control, "reconnecting")).lastError).to.equal("the gateway ended the stream");
    control.close();
    expect(await states).to.deep.equal(["connecting", "live", "reconnecting", "closed"]);
    await subscribed(gateway, 0);
  });

  it("errors where connect fails: the gateway refuses us before it was ever live, or at any fault without reconnect", async () => {
    gateway.refuseNext(2, { code: 7, details: "not this agent" });
    const signals$ = gatewaySignals(gateway.endpoint, US);
    expect(await rejectionOf(firstValueFrom(signals$), Error)).to.include({ code: 7 });
    const control = connectTo(gateway, { reconnect: { initialDelayMs: 1 } });
    expect((await channelIs(control, "failed")).lastError).to.match(/not this agent/);
    control.close();

    const once$ = gatewaySignals(gateway.endpoint, { ...US, reconnect: false });
    const ended = rejectionOf(firstValueFrom(once$), Error);
    await subscribed(gateway, 1);
    gateway.kill();
    await ended;
  });

  it("reconnects as it is told to", async () => {
    const signals$ = gatewaySignals(gateway.endpoint, { ...US, reconnect: { initialDelayMs: 1, maxDelayMs: 1 } });
    const live$ = signals$.events$.pipe(filter((event) => shown(event) === "live"));
    const twice = firstValueFrom(live$.pipe(take(2), toArray()));
    await subscribed(gateway, 1);
    gateway.endStreams();
    expect(await twice).to.have.length(2);
  });

  it("refuses what is wrong at once, by name", () => {
    expect(() => gatewaySignals("http://gateway:1", US)).to.throw(TypeError, /^endpoint must be /);
    expect(() => gatewaySignals(gateway.endpoint, {} as never)).to.throw(TypeError, /^agentId must be /);
    const whole = { ...US, settleMs: 5 };
    expect(() => gatewaySignals(gateway.endpoint, whole)).to.throw(TypeError, /^settleMs must be spelt as one of/);
  });
});
