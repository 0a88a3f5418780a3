import { type Attributes, diag, type Meter } from "@opentelemetry/api";
import { expect } from "chai";
import { Subject } from "rxjs";
import { channelStatus } from "../../lib/channel/ChannelStatus.js";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { tellCounters } from "../../lib/otel/tellCounters.js";
import { collectedMetrics } from "../helpers/collectedMetrics.js";
import { FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

/** A subscriber that is counted, and what its source says. */
function counted(attributes: Attributes = {}, meter?: Meter) {
  const events$ = new Subject<ChannelEvent>();
  const control = OpControlSubscriber.from(new SignalObservable(events$));
  const { meter: real, collect } = collectedMetrics();
  const subscription = tellCounters(control, meter ?? real, attributes);
  const send = (...messages: unknown[]): void => {
    for (const message of messages) events$.next({ type: "message", message });
  };
  return { events$, control, collect, subscription, send };
}

describe("tellCounters", () => {
  const { errors } = collectUnhandledErrors();

  afterEach(() => {
    expect(errors).to.deep.equal([]);
  });

  it("begins every series whose name is known at 0, so that the first increment shows as one", async () => {
    const { collect } = counted({ agent: "agent-7" });

    expect(await collect({ zeros: true })).to.deep.equal({
      "aa_op_control_signals_total{agent=agent-7,signal=PAUSE}": 0,
      "aa_op_control_signals_total{agent=agent-7,signal=RESUME}": 0,
      "aa_op_control_signals_total{agent=agent-7,signal=TERMINATE}": 0,
      "aa_op_control_reconnects_total{agent=agent-7}": 0,
      "aa_op_control_pauses_total{agent=agent-7}": 0,
      "aa_op_control_terminations_total{agent=agent-7}": 0,
    });
  });

  it("counts the signals by what they say, and never by whom they are for", async () => {
    const { send, collect } = counted();
    send(pause(), pause(OTHER), pause(OTHER), resume(), terminate(FLEET));

    expect(await collect()).to.deep.equal({
      "aa_op_control_signals_total{signal=PAUSE}": 3,
      "aa_op_control_signals_total{signal=RESUME}": 1,
      "aa_op_control_signals_total{signal=TERMINATE}": 1,
    });
  });

  it("counts what diagnostics$ tells by its kind, a malformed message among them", async () => {
    const { send, collect } = counted();
    send({ opId: "", signal: "PAUSE" }, null);

    expect(await collect()).to.deep.equal({ "aa_op_control_diagnostics_total{kind=malformedSignal}": 2 });
  });

  it("counts each loss and each attempt that came to nothing, as the gateway's runtime does", async () => {
    const { events$, collect } = counted();
    const reconnecting = { attempt: 1, retryInMs: 5, lastError: "gone" };
    for (const status of [
      channelStatus("live"),
      channelStatus("reconnecting", reconnecting),
      channelStatus("reconnecting", { attempt: 1 }),
      channelStatus("reconnecting", { ...reconnecting, attempt: 2 }),
      channelStatus("live"),
    ]) {
      events$.next({ type: "status", status });
    }

    expect(await collect()).to.include({ aa_op_control_reconnects_total: 2 });
  });

  it("counts whom a pause and a terminate reach: waits, gates and runs", async () => {
    const { control, send, collect } = counted();
    record(control.awaitOp(OP));
    record(new Subject().pipe(holdWhilePaused(control.status(OP))));
    record(control.runOp(OP, () => new Subject()));
    send(pause(OP));
    record(control.awaitOp(OP));
    void control.whenRunnable(OP).catch(() => undefined);
    expect(await collect()).to.include({ aa_op_control_pauses_total: 4 });
    send(terminate(OP));
    record(control.awaitOp(OP));

    expect(await collect()).to.include({ aa_op_control_pauses_total: 4, aa_op_control_terminations_total: 5 });
  });

  it("counts nobody for an op that nobody waits for", async () => {
    const { send, collect } = counted();
    send(pause(OP), terminate(OTHER));

    expect(await collect()).not.to.have.any.keys("aa_op_control_pauses_total", "aa_op_control_terminations_total");
  });

  it("counts the last that comes before the end, whether it is collected by then or not", async () => {
    const { control, send, collect } = counted();
    record(control.status(OP));
    send(terminate(OP));
    control.close();

    expect(await collect()).to.deep.equal({
      "aa_op_control_signals_total{signal=TERMINATE}": 1,
      aa_op_control_terminations_total: 1,
    });
  });

  it("counts no more once it is unsubscribed, and adds up where two count the same", async () => {
    const { control, send, subscription, collect } = counted();
    send(pause());
    subscription.unsubscribe();
    send(resume(), null);
    record(control.status(OTHER));
    send(pause(OTHER));

    expect(await collect()).to.deep.equal({ "aa_op_control_signals_total{signal=PAUSE}": 1 });
  });

  it("goes on where the channel fails, and reports no error of its own", async () => {
    const { control, events$, send, collect } = counted();
    send(pause());
    events$.error(new Error("over"));
    control.close();

    expect(await collect()).to.deep.equal({ "aa_op_control_signals_total{signal=PAUSE}": 1 });
  });

  it("disturbs nobody by a counter that throws: OpenTelemetry is told", () => {
    const told: string[] = [];
    const ignore = (): void => undefined;
    diag.setLogger({
      error: (message) => told.push(message),
      warn: ignore,
      info: ignore,
      debug: ignore,
      verbose: ignore,
    });
    let broken = false;
    const add = (): void => {
      if (broken) throw new Error("broken");
    };
    const { control, send } = counted({}, { createCounter: () => ({ add }) } as unknown as Meter);
    broken = true;
    const heard = record(control.signals$);
    const status = record(control.status(OP));
    const messages: OpControlMessage[] = [pause(), terminate()];

    send(...messages, null);
    diag.disable();

    expect(heard.values).to.deep.equal(messages);
    expect(status.values.map(({ state }) => state)).to.deep.equal(["running", "paused", "terminated"]);
    expect(told).to.deep.equal(Array.from({ length: 5 }, () => "rx-op-control: a metric could not be told: broken"));
  });
});
