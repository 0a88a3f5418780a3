import type { Attributes, BatchObservableCallback, Meter } from "@opentelemetry/api";
import { expect } from "chai";
import { Subject } from "rxjs";
import { channelStatus, type ChannelState } from "../../lib/channel/ChannelStatus.js";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { tellGauges } from "../../lib/otel/tellGauges.js";
import { collectedMetrics } from "../helpers/collectedMetrics.js";
import { collectGarbage } from "../helpers/measure.js";
import { OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

function told(attributes: Attributes = {}) {
  const events$ = new Subject<ChannelEvent>();
  const control = OpControlSubscriber.from(new SignalObservable(events$));
  const { meter, collect } = collectedMetrics();
  const subscription = tellGauges(control, meter, attributes);
  const say = (state: ChannelState): void => {
    events$.next({ type: "status", status: channelStatus(state) });
  };
  const send = (...messages: unknown[]): void => {
    for (const message of messages) events$.next({ type: "message", message });
  };
  return { events$, control, meter, collect, subscription, say, send };
}

describe("tellGauges", () => {
  it("tells the channel's state as a 1 among zeros", async () => {
    const { collect } = told({ agent: "agent-7" });

    expect(await collect({ zeros: true })).to.deep.equal({
      "aa_op_control_waiters{agent=agent-7}": 0,
      "aa_op_control_tracked_ops{agent=agent-7,state=running}": 0,
      "aa_op_control_tracked_ops{agent=agent-7,state=paused}": 0,
      "aa_op_control_tracked_ops{agent=agent-7,state=terminated}": 0,
      "aa_op_control_channel_state{agent=agent-7,state=connecting}": 1,
      "aa_op_control_channel_state{agent=agent-7,state=live}": 0,
      "aa_op_control_channel_state{agent=agent-7,state=reconnecting}": 0,
      "aa_op_control_channel_state{agent=agent-7,state=failed}": 0,
      "aa_op_control_channel_state{agent=agent-7,state=closed}": 0,
    });
  });

  it("follows the channel from state to state, to its failure", async () => {
    const { events$, say, collect } = told();
    for (const state of ["live", "reconnecting", "live"] as const) {
      say(state);
      expect(await collect()).to.deep.equal({ [`aa_op_control_channel_state{state=${state}}`]: 1 });
    }
    events$.error(new Error("over"));
    expect(await collect()).to.deep.equal({ "aa_op_control_channel_state{state=failed}": 1 });
  });

  it("tells the ops that are tracked, and who is held up, as they are at the collection", async () => {
    const { control, send, collect } = told();
    send(pause(OP), terminate("dead:"));
    record(control.awaitOp(OP));
    record(control.awaitOp(OP));
    record(control.status(OTHER));
    expect(await collect()).to.include({
      aa_op_control_waiters: 2,
      "aa_op_control_tracked_ops{state=running}": 1,
      "aa_op_control_tracked_ops{state=paused}": 1,
      "aa_op_control_tracked_ops{state=terminated}": 1,
    });

    send(resume(OP));
    expect(await collect()).to.not.have.any.keys("aa_op_control_waiters", "aa_op_control_tracked_ops{state=paused}");
  });

  it("is said to be closed when it is, and nothing is tracked any more, however often it is collected", async () => {
    const { control, say, send, collect } = told();
    say("live");
    send(pause(OP));
    record(control.awaitOp(OP));
    await collect();
    control.close();

    for (let times = 0; times < 3; times++) {
      expect(await collect()).to.deep.equal({ "aa_op_control_channel_state{state=closed}": 1 });
    }
  });

  it("says nothing more once it is unsubscribed, least of all that the channel is live", async () => {
    const { control, say, send, subscription, collect } = told();
    say("live");
    send(pause(OP));
    await collect();
    subscription.unsubscribe();

    for (let times = 0; times < 3; times++) expect(await collect()).to.deep.equal({});
    control.close();
    expect(await collect()).to.deep.equal({});
  });

  it("is closed at once for a subscriber that is", async () => {
    const control = OpControlSubscriber.from([]);
    const { meter, collect } = collectedMetrics();

    expect(tellGauges(control, meter, {}).closed).to.equal(true);
    expect(await collect()).to.deep.equal({ "aa_op_control_channel_state{state=closed}": 1 });
  });

  it("lets go of the meter when it has been asked once more, and of no other's callback", async () => {
    const { meter, collect } = collectedMetrics();
    const callbacks = new Set<BatchObservableCallback>();
    const watched = watching(meter, callbacks);
    const [first, second] = [1, 2].map((id) => {
      const control = OpControlSubscriber.from(new Subject<never>());
      tellGauges(control, watched, { id });
      return control;
    });
    first?.close();
    expect(callbacks.size).to.equal(2);

    expect(await collect()).to.include({
      "aa_op_control_channel_state{id=1,state=closed}": 1,
      "aa_op_control_channel_state{id=2,state=live}": 1,
    });
    expect(callbacks.size).to.equal(1);
    expect(await collect()).to.include({ "aa_op_control_channel_state{id=2,state=live}": 1 });
    second?.close();
    await collect();
    expect(callbacks.size).to.equal(0);
  });

  it("does not keep a closed subscriber alive, collected or not", async () => {
    const { meter, collect } = collectedMetrics();
    const held: unknown[] = [];
    const make = (): WeakRef<OpControlSubscriber> => {
      const control = OpControlSubscriber.from(new Subject<never>());
      held.push(tellGauges(control, meter, {}));
      control.close();
      return new WeakRef(control);
    };
    const ref = make();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();

    expect(ref.deref()).to.equal(undefined);
    await collect();
  });
});

/** The meter, with a note of who is to be asked. */
function watching(meter: Meter, callbacks: Set<BatchObservableCallback>): Meter {
  return {
    createObservableGauge: (name: string) => meter.createObservableGauge(name),
    addBatchObservableCallback: (...args: Parameters<Meter["addBatchObservableCallback"]>) => {
      callbacks.add(args[0]);
      meter.addBatchObservableCallback(...args);
    },
    removeBatchObservableCallback: (...args: Parameters<Meter["removeBatchObservableCallback"]>) => {
      callbacks.delete(args[0]);
      meter.removeBatchObservableCallback(...args);
    },
  } as unknown as Meter;
}
