import { context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import { defer, map, of, Subject, timer, firstValueFrom } from "rxjs";
import { currentOpId as opIdSaid } from "../../lib/currentOpId.js";
import { keepContext } from "../../lib/keepContext.js";
import { opContext } from "../../lib/opContext.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { currentOpId } from "../../lib/otel/currentOpId.js";
import { withOpId } from "../../lib/withOpId.js";
import { OP, pause, resume } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const INNER = "53995c3f42cd8ad8";

/** Runs a function with a span active, as `startActiveSpan` does. */
function inSpan<T>(spanId: string, run: () => T): T {
  const span = trace.wrapSpanContext({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return context.with(trace.setSpan(context.active(), span), run);
}

describe("currentOpId of rx-op-control/otel", () => {
  before(() => {
    expect(context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())).to.equal(true);
  });

  after(() => {
    context.disable();
    opContext.disable();
  });

  it("is undefined where no span is active and no op was said", () => {
    expect(currentOpId()).to.equal(undefined);
  });

  it("is that of the active span, which the core's does not know", () => {
    expect(inSpan(SPAN, currentOpId)).to.equal(`${traceId}:${SPAN}`);
    expect(inSpan(SPAN, () => inSpan(INNER, currentOpId))).to.equal(`${traceId}:${INNER}`);
    expect(inSpan(SPAN, opIdSaid)).to.equal(undefined);
  });

  it("keeps the colon for a span that has no id, and is undefined outside of every trace again", () => {
    expect(inSpan("", currentOpId)).to.equal(`${traceId}:`);
    expect(inSpan(SPAN, () => context.with(ROOT_CONTEXT, currentOpId))).to.equal(undefined);
  });

  it("is that of withOpId, for the spans around it as for those within", () => {
    expect(inSpan(SPAN, () => withOpId(OP, currentOpId))).to.equal(OP);
    expect(withOpId(OP, () => inSpan(SPAN, currentOpId))).to.equal(OP);
    expect(inSpan(SPAN, () => (withOpId(OP, currentOpId), currentOpId()))).to.equal(`${traceId}:${SPAN}`);
  });

  it("lasts across awaits and timers", async () => {
    const seen = await inSpan(SPAN, async () => {
      await delay(1);
      return [currentOpId(), await firstValueFrom(timer(1).pipe(map(currentOpId)))];
    });

    expect(seen).to.deep.equal([`${traceId}:${SPAN}`, `${traceId}:${SPAN}`]);
  });

  it("is the subscriber's where it is asked at subscription", () => {
    const opAtSubscription$ = defer(() => of(currentOpId()));

    expect(inSpan(SPAN, () => record(opAtSubscription$)).values).to.deep.equal([`${traceId}:${SPAN}`]);
  });

  it("is the feeder's, and wrong, in a callback of what is fed elsewhere; keepContext sets it right", () => {
    const subject = new Subject<void>();
    const wrong = inSpan(SPAN, () => record(subject.pipe(map(currentOpId))));
    const right = inSpan(SPAN, () => record(subject.pipe(keepContext(), map(currentOpId))));

    subject.next();
    inSpan(INNER, () => subject.next());

    expect(wrong.values).to.deep.equal([undefined, `${traceId}:${INNER}`]);
    expect(right.values).to.deep.equal([`${traceId}:${SPAN}`, `${traceId}:${SPAN}`]);
  });

  it("is the subscriber's in the work of runOp, also where that had to wait", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const opId = `${traceId}:${SPAN}`;
    signals$.next(pause(opId));
    const { values } = inSpan(SPAN, () => record(control.runOp(opId, () => of(currentOpId()))));
    inSpan(INNER, () => signals$.next(resume(opId)));

    expect(values).to.deep.equal([opId]);
    control.close();
  });
});
