/* eslint-disable @typescript-eslint/unbound-method -- only compiled, never run */
import { expectTypeOf } from "expect-type";
import { type RunHelpers, TestScheduler } from "rxjs/testing";
import { OpControlSubscriber, type OpControlMessage, type OpStatus } from "../../lib/index.js";
import { DevGateway, FaultProxy, marbleMatcher, type OpMarble, opMarbles } from "../../lib/testing/index.js";

declare const helpers: RunHelpers;
declare const gateway: DevGateway;

// The marbles of an op are statuses and signals, as the gates and the subscriber take them.

const op = opMarbles(helpers, { opId: "op", scope: "fleet", sequence: 7n });
expectTypeOf(op.status("r-p")).toEqualTypeOf<ReturnType<typeof helpers.cold<OpStatus>>>();
expectTypeOf(op.hotStatus("r-p")).toEqualTypeOf<ReturnType<typeof helpers.hot<OpStatus>>>();
expectTypeOf(op.signals("r-p", new Error())).toEqualTypeOf<ReturnType<typeof helpers.cold<OpControlMessage>>>();
expectTypeOf(op.hotSignals("r-p")).toEqualTypeOf<ReturnType<typeof helpers.hot<OpControlMessage>>>();
expectTypeOf(op.statuses).toEqualTypeOf<Readonly<Record<OpMarble, OpStatus>>>();
expectTypeOf(op.messages).toEqualTypeOf<Readonly<Record<OpMarble, OpControlMessage>>>();
expectTypeOf<OpMarble>().toEqualTypeOf<"r" | "p" | "t">();
expectTypeOf(OpControlSubscriber.from(op.hotSignals("p-r"))).toEqualTypeOf<OpControlSubscriber>();

opMarbles(helpers);
opMarbles({ cold: helpers.cold, hot: helpers.hot }, {});
// @ts-expect-error -- what run() gives is needed
opMarbles();
// @ts-expect-error -- the scheduler itself does not draw by that name
opMarbles(new TestScheduler(marbleMatcher));
// @ts-expect-error -- no such scope
opMarbles(helpers, { scope: "team" });
// @ts-expect-error -- a sequence is a bigint
opMarbles(helpers, { sequence: 7 });
// @ts-expect-error -- signals are no statuses
OpControlSubscriber.from(op.status("p-r"));
// @ts-expect-error -- read-only
op.statuses.p = op.statuses.r;

// The matcher is what a TestScheduler takes.

expectTypeOf(marbleMatcher).toEqualTypeOf<(actual: unknown, expected: unknown) => void>();
expectTypeOf<typeof marbleMatcher>().toExtend<ConstructorParameters<typeof TestScheduler>[0]>();

// The gateway is started, not made.

expectTypeOf(DevGateway.start).returns.resolves.toEqualTypeOf<DevGateway>();
expectTypeOf(gateway).toExtend<AsyncDisposable>();
expectTypeOf(gateway.endpoint).toEqualTypeOf<string>();
// @ts-expect-error -- started by DevGateway.start
new DevGateway();
// @ts-expect-error -- no such signal
gateway.signal("op", "STOP");
// @ts-expect-error -- one agent's, whose id is needed
gateway.haltAgent({ orgId: "acme" }, "PAUSE");
// @ts-expect-error -- read-only
gateway.port = 1;
// @ts-expect-error -- a status has a code
gateway.endStreams({ details: "bye" });

// The proxy is started in front of a gateway, and is no gateway itself.

declare const proxy: FaultProxy;
expectTypeOf(FaultProxy.start(gateway)).resolves.toEqualTypeOf<FaultProxy>();
expectTypeOf(FaultProxy.start("127.0.0.1:50051")).resolves.toEqualTypeOf<FaultProxy>();
expectTypeOf(proxy).toExtend<AsyncDisposable>();
proxy.retarget(proxy);
// @ts-expect-error -- started by FaultProxy.start
new FaultProxy();
// @ts-expect-error -- no such direction
proxy.blackHole("sideways");
// @ts-expect-error -- an HTTP/2 error code is a number
proxy.resetStreams("CANCEL");
