/* eslint-disable rxjs-x/no-floating-observables -- only compiled, never run */
import type { Attributes, Meter, Span, SpanContext } from "@opentelemetry/api";
import { expectTypeOf } from "expect-type";
import { type MonoTypeOperatorFunction, type Observable } from "rxjs";
import {
  currentOpId as currentOpIdOfCore,
  holdByOp,
  holdWhilePaused,
  keepContext,
  type OpControlSubscriber,
  withOpId as withOpIdOfCore,
} from "../../lib/index.js";
import {
  currentOpId,
  opControlMetrics,
  type OpControlMetrics,
  type OpControlMetricsOptions,
  opIdFromSpan,
  withOpId,
} from "../../lib/otel/index.js";

declare const control: OpControlSubscriber;
declare const meter: Meter;
declare const span: Span;
declare const spanContext: SpanContext;
declare const texts$: Observable<string>;

// The op at hand may be none, which whoever uses it has to say something about.

expectTypeOf(currentOpId).toEqualTypeOf<() => string | undefined>();
expectTypeOf(currentOpIdOfCore).toEqualTypeOf<typeof currentOpId>();
// @ts-expect-error -- it may be undefined
control.awaitOp(currentOpId());
control.awaitOp(currentOpId() ?? "trace:");

// A function's result is passed through as what it is, a Promise included.

expectTypeOf(withOpIdOfCore).toEqualTypeOf<typeof withOpId>();
expectTypeOf(withOpId("trace:span", () => 1)).toEqualTypeOf<number>();
expectTypeOf(withOpId("trace:span", () => Promise.resolve("a"))).toEqualTypeOf<Promise<string>>();
expectTypeOf(withOpId("trace:span", () => texts$)).toEqualTypeOf<Observable<string>>();
// @ts-expect-error -- an op id is a string
withOpId(1, () => 1);
// @ts-expect-error -- it may be undefined
withOpId(currentOpId(), () => 1);
// @ts-expect-error -- a function
withOpId("trace:span", Promise.resolve());

// The values go through as what they are.

expectTypeOf(texts$.pipe(keepContext())).toEqualTypeOf<Observable<string>>();
expectTypeOf(keepContext<number>()).toEqualTypeOf<MonoTypeOperatorFunction<number>>();

// Spans, their contexts, and none.

expectTypeOf(opIdFromSpan(span)).toEqualTypeOf<string | undefined>();
opIdFromSpan(spanContext);
opIdFromSpan(undefined);
// @ts-expect-error -- not the id alone
opIdFromSpan("00f067aa0ba902b7");
// @ts-expect-error -- a span has a trace
opIdFromSpan({ spanId: "00f067aa0ba902b7" });

// Metrics are let go of, and count what gates hold.

expectTypeOf(opControlMetrics(control)).toEqualTypeOf<OpControlMetrics>();
expectTypeOf<OpControlMetrics>().toExtend<Disposable>();
expectTypeOf<OpControlMetricsOptions>().toEqualTypeOf<{ readonly meter?: Meter; readonly attributes?: Attributes }>();
const { onHeld } = opControlMetrics(control, { meter, attributes: { agent: "agent-7" } });
texts$.pipe(
  holdWhilePaused(control.status("op"), { onHeld }),
  holdByOp(control, (text) => text, { onHeld }),
);
// @ts-expect-error -- a subscriber
opControlMetrics("control");
// @ts-expect-error -- a meter
opControlMetrics(control, { meter: {} });
// @ts-expect-error -- misspelt
opControlMetrics(control, { attribute: {} });
// @ts-expect-error -- the values that attributes may have
opControlMetrics(control, { attributes: { agent: { id: "agent-7" } } });
// @ts-expect-error -- told a number
holdWhilePaused(control.status("op"), { onHeld: (change: string) => change });
