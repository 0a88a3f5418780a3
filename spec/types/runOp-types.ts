/* eslint-disable rxjs-x/no-floating-observables -- only compiled, never run */
import { expectTypeOf } from "expect-type";
import { defer, map, type Observable, of } from "rxjs";
import {
  anyAbortSignal,
  type Cleanup,
  type CleanupOptions,
  type CombinedAbortSignal,
  type OpControlSubscriber,
  type OpRun,
  type OpScope,
  type OpStatus,
  type OpTerminatedError,
  type OpWork,
} from "../../lib/index.js";

declare const control: OpControlSubscriber;

// The values are those of the work, whatever kind of source it returns.

expectTypeOf(control.runOp("op", () => of(1, 2))).toEqualTypeOf<Observable<number>>();
expectTypeOf(control.runOp("op", () => Promise.resolve("page"))).toEqualTypeOf<Observable<string>>();
expectTypeOf(control.runOp("op", () => [1, 2])).toEqualTypeOf<Observable<number>>();
expectTypeOf(control.runOp("op", () => new Set(["one"]))).toEqualTypeOf<Observable<string>>();
expectTypeOf(
  control.runOp("op", async ({ signal, checkpoint }) => {
    const page = await fetch("http://127.0.0.1/", { signal });
    await checkpoint();
    return page.text();
  }),
).toEqualTypeOf<Observable<string>>();
expectTypeOf(
  control.runOp("op", async function* () {
    await Promise.resolve();
    yield true;
  }),
).toEqualTypeOf<Observable<boolean>>();
expectTypeOf(
  control.runOp("op", ({ status$ }) => defer(() => status$).pipe(map(({ state }) => state.length))),
).toEqualTypeOf<Observable<number>>();
expectTypeOf(control.runOp<"a" | "b">("op", () => of("a"))).toEqualTypeOf<Observable<"a" | "b">>();

// @ts-expect-error -- nothing that can be subscribed to
control.runOp("op", () => 7);
// @ts-expect-error -- nothing at all
control.runOp("op", () => undefined);
// @ts-expect-error -- a function, for it must not start before it may
control.runOp("op", Promise.resolve(7));
// @ts-expect-error -- a function, for it must not start before it may
control.runOp("op", of(7));
// @ts-expect-error -- needs the work
control.runOp("op");
// @ts-expect-error -- an op id is a string
control.runOp(7, () => of(7));
// @ts-expect-error -- of other values
control.runOp<string>("op", () => of(7));
// @ts-expect-error -- the work is given one thing
control.runOp("op", (run, signal) => of(run, signal));

// What the work is given.

expectTypeOf<OpWork<string>>().parameter(0).toEqualTypeOf<OpRun>();
expectTypeOf<OpRun["opId"]>().toEqualTypeOf<string>();
expectTypeOf<OpRun["signal"]>().toEqualTypeOf<AbortSignal>();
expectTypeOf<OpRun["status$"]>().toExtend<Observable<OpStatus>>();
expectTypeOf<OpRun["checkpoint"]>().toEqualTypeOf<() => Promise<void>>();
expectTypeOf<OpRun>().toEqualTypeOf<Readonly<OpRun>>();
control.runOp("op", (run) => {
  // @ts-expect-error -- read-only
  run.opId = "another";
  // @ts-expect-error -- can only be listened to
  run.status$.next;
  // @ts-expect-error -- it has no options
  void run.checkpoint({ timeoutMs: 1 });
  return of(run);
});

// Clean-ups: whatever they return; the time is named by its unit.

declare const run: OpRun;
expectTypeOf<Cleanup>().parameter(0).toEqualTypeOf<OpTerminatedError>();
expectTypeOf<CleanupOptions>().toEqualTypeOf<{ readonly timeoutMs?: number }>();
run.onTerminate(() => undefined);
run.onTerminate(() => Promise.resolve());
run.onTerminate(() => of(1), { timeoutMs: 1 });
run.onTerminate(({ opId, scope }) => {
  expectTypeOf(opId).toEqualTypeOf<string>();
  expectTypeOf(scope).toEqualTypeOf<OpTerminatedError["scope"]>();
});
// @ts-expect-error -- a function
run.onTerminate(Promise.resolve());
// @ts-expect-error -- named by its unit
run.onTerminate(() => undefined, { timeout: 1 });
// @ts-expect-error -- a number
run.onTerminate(() => undefined, { timeoutMs: "1s" });
// @ts-expect-error -- it is given one thing
run.onTerminate((error: OpTerminatedError, more: number) => [error, more]);

// anyAbortSignal: signals, one by one.

declare const one: AbortSignal;
expectTypeOf(anyAbortSignal(one, one)).toEqualTypeOf<CombinedAbortSignal>();
expectTypeOf(anyAbortSignal(one).signal).toEqualTypeOf<AbortSignal>();
expectTypeOf<CombinedAbortSignal>().toExtend<Disposable>();
// @ts-expect-error -- not a list of them
anyAbortSignal([one, one]);
// @ts-expect-error -- the signal, not its controller
anyAbortSignal(new AbortController());
// @ts-expect-error -- it may be none
anyAbortSignal({} as AbortSignal | undefined);
// @ts-expect-error -- what it makes is no signal itself
one.throwIfAborted.call(anyAbortSignal(one) satisfies AbortSignal);

// The errors say what they are about, and it cannot be changed.

declare const error: OpTerminatedError;
expectTypeOf(error.opId).toEqualTypeOf<string>();
expectTypeOf(error.scope).toEqualTypeOf<OpScope>();
// @ts-expect-error -- read-only
error.opId = "another";
// @ts-expect-error -- read-only
error.scope = "fleet";
