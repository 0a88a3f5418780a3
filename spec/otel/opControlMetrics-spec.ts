import { metrics } from "@opentelemetry/api";
import { expect } from "chai";
import { firstValueFrom, Subject } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import { opControlMetrics } from "../../lib/otel/opControlMetrics.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { collectedMetrics } from "../helpers/collectedMetrics.js";
import { collectGarbage } from "../helpers/measure.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

describe("opControlMetrics", () => {
  it("tells how a subscriber does, from a gateway's signals to its end", async () => {
    await using gateway = await DevGateway.start();
    const control = OpControlSubscriber.connect(gateway.endpoint, { agentId: "agent-7" });
    const { meter, collect } = collectedMetrics();
    const { onHeld } = opControlMetrics(control, { meter, attributes: { agent: "agent-7" } });
    await control.ready();
    const values$ = new Subject<string>();
    const held = record(values$.pipe(holdByOp(control, (opId) => opId, { onHeld })));
    const paused = firstValueFrom(control.signals$);
    gateway.pause(OP);
    await paused;
    const allowed = control.whenRunnable(OP);
    for (const opId of [OP, OP, OTHER]) values$.next(opId);

    expect(await collect()).to.deep.equal({
      "aa_op_control_signals_total{agent=agent-7,signal=PAUSE}": 1,
      "aa_op_control_pauses_total{agent=agent-7}": 2,
      "aa_op_control_held_values{agent=agent-7}": 2,
      "aa_op_control_waiters{agent=agent-7}": 2,
      "aa_op_control_tracked_ops{agent=agent-7,state=paused}": 1,
      "aa_op_control_channel_state{agent=agent-7,state=live}": 1,
    });
    gateway.resume(OP);
    expect(await allowed).to.equal(true);
    expect(held.values).to.have.lengthOf(3);
    control.close();

    expect(await collect()).to.deep.equal({
      "aa_op_control_signals_total{agent=agent-7,signal=PAUSE}": 1,
      "aa_op_control_signals_total{agent=agent-7,signal=RESUME}": 1,
      "aa_op_control_pauses_total{agent=agent-7}": 2,
      "aa_op_control_channel_state{agent=agent-7,state=closed}": 1,
    });
  });

  it("takes the meter of the global provider where none is given, and says nothing where there is no such", async () => {
    const control = OpControlSubscriber.from(new Subject<never>());
    opControlMetrics(control)[Symbol.dispose]();
    const { provider, collect } = collectedMetrics();
    metrics.setGlobalMeterProvider(provider);
    const told = opControlMetrics(control);

    expect(await collect()).to.deep.equal({ "aa_op_control_channel_state{state=live}": 1 });
    metrics.disable();
    told[Symbol.dispose]();
    control.close();
  });

  it("ends when it is let go of, but for what was counted as held and is not any more", async () => {
    const signals$ = new Subject<{ opId: string; signal: "PAUSE"; sequence: bigint }>();
    const control = OpControlSubscriber.from(signals$);
    const { meter, collect } = collectedMetrics();
    const told = opControlMetrics(control, { meter });
    const values$ = new Subject<number>();
    const gate = record(values$.pipe(holdWhilePaused(control.status(OP), { onHeld: told.onHeld })));
    signals$.next({ opId: OP, signal: "PAUSE", sequence: 0n });
    values$.next(1);
    told[Symbol.dispose]();
    told[Symbol.dispose]();
    signals$.next({ opId: OTHER, signal: "PAUSE", sequence: 0n });

    const counted = { "aa_op_control_signals_total{signal=PAUSE}": 1, aa_op_control_pauses_total: 1 };
    expect(await collect()).to.deep.equal({ ...counted, aa_op_control_held_values: 1 });
    gate.subscription.unsubscribe();
    expect(await collect()).to.deep.equal(counted);
    control.close();
  });

  it("does not keep a closed subscriber alive, nor one that it was let go of", async () => {
    const { meter } = collectedMetrics();
    const kept: unknown[] = [];
    const refs = [
      (control: OpControlSubscriber) => kept.push(opControlMetrics(control, { meter })),
      (control: OpControlSubscriber) => {
        opControlMetrics(control, { meter })[Symbol.dispose]();
      },
    ].map((use) => {
      const control = OpControlSubscriber.from(new Subject<never>());
      use(control);
      control.close();
      return new WeakRef(control);
    });
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();

    expect(refs.map((ref) => ref.deref())).to.deep.equal([undefined, undefined]);
  });

  const control = OpControlSubscriber.from([]);
  for (const [what, args, expected] of [
    ["no subscriber", [undefined], "control must be an OpControlSubscriber"],
    ["something like a subscriber", [{ status: () => undefined }], "control must be an OpControlSubscriber"],
    ["options that are none", [control, null], "options must be an object"],
    ["a misspelt option", [control, { attribute: {} }], "attribute must be spelt as one of"],
    ["a provider for a meter", [control, { meter: metrics }], "meter must be a Meter of OpenTelemetry"],
    ["null for a meter", [control, { meter: null }], "meter must be a Meter of OpenTelemetry"],
    ["attributes that are none", [control, { attributes: "agent-7" }], "attributes must be an object"],
  ] as const) {
    it(`throws a TypeError for ${what}`, () => {
      expect(() => opControlMetrics(...(args as unknown as [OpControlSubscriber]))).to.throw(TypeError, expected);
    });
  }
});
