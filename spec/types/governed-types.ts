import { expectTypeOf } from "expect-type";
import { governed, type GovernedOptions, type OpControlSubscriber, type OpRun } from "../../lib/index.js";

declare const control: OpControlSubscriber;
declare const maybe: AbortSignal | undefined;

// The result is what the work comes to, in whichever way.

expectTypeOf(governed(control, "op", () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(governed(control, "op", () => Promise.resolve("one"))).toEqualTypeOf<Promise<string>>();
void governed(control, "op", (run) => {
  expectTypeOf(run).toEqualTypeOf<OpRun>();
});

// A framework's signal may be none, and is given on as it is.

void governed(control, "op", () => 1, { signal: maybe, timeoutMs: 5_000 });
expectTypeOf<GovernedOptions["signal"]>().toEqualTypeOf<AbortSignal | undefined>();
// @ts-expect-error -- the signal, not its controller
void governed(control, "op", () => 1, { signal: new AbortController() });
const opId = (): string => "op";
// @ts-expect-error -- an op has one id, which is known when the call is made
void governed(control, opId, () => 1);
// @ts-expect-error -- the work, not what it has come to already
void governed(control, "op", Promise.resolve(1));
