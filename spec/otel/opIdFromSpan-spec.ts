import { INVALID_SPAN_CONTEXT, INVALID_SPANID, INVALID_TRACEID, trace, TraceFlags } from "@opentelemetry/api";
import { expect } from "chai";
import { opIdFromSpan } from "../../lib/otel/opIdFromSpan.js";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const contextOf = (ids: object) => ({ traceId, spanId, traceFlags: TraceFlags.NONE, ...ids });

describe("opIdFromSpan", () => {
  it("is the trace's id and the span's, with a colon between", () => {
    expect(opIdFromSpan(trace.wrapSpanContext(contextOf({})))).to.equal(`${traceId}:${spanId}`);
  });

  it("takes a span's context as well, and what was sampled, recorded or remote makes no difference", () => {
    for (const more of [{}, { traceFlags: TraceFlags.SAMPLED }, { isRemote: true }]) {
      expect(opIdFromSpan(contextOf(more))).to.equal(`${traceId}:${spanId}`);
    }
  });

  for (const invalid of ["", INVALID_SPANID, "00f067aa", `${spanId}0`, "00f067aa0ba902bg", undefined]) {
    it(`keeps the colon where the span id is ${JSON.stringify(invalid)}`, () => {
      const spanContext = contextOf({ spanId: invalid });

      expect(opIdFromSpan(spanContext)).to.equal(`${traceId}:`);
      expect(opIdFromSpan(trace.wrapSpanContext(spanContext))).to.equal(`${traceId}:`);
    });
  }

  for (const invalid of ["", INVALID_TRACEID, "4bf92f35", `${traceId}0`, traceId.replace("4", "*"), undefined]) {
    it(`is undefined where the trace id is ${JSON.stringify(invalid)}`, () => {
      const spanContext = contextOf({ traceId: invalid });

      expect(opIdFromSpan(spanContext)).to.equal(undefined);
      expect(opIdFromSpan(trace.wrapSpanContext(spanContext))).to.equal(undefined);
    });
  }

  it("is undefined where there is no span, and where tracing is off", () => {
    expect(opIdFromSpan(undefined)).to.equal(undefined);
    expect(opIdFromSpan(trace.getActiveSpan())).to.equal(undefined);
    expect(opIdFromSpan(INVALID_SPAN_CONTEXT)).to.equal(undefined);
    expect(opIdFromSpan(trace.getTracer("none").startSpan("none"))).to.equal(undefined);
  });

  for (const span of [null, 7, "", `${traceId}:${spanId}`, () => undefined]) {
    it(`throws a TypeError for ${typeof span} ${String(span)}`, () => {
      expect(() => opIdFromSpan(span as never)).to.throw(TypeError, "span must be a Span or a SpanContext");
    });
  }
});
