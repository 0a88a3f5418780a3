/* eslint-disable rxjs-x/no-floating-observables -- only compiled, never run */
import { expectTypeOf } from "expect-type";
import { map, type MonoTypeOperatorFunction, type Observable, type OperatorFunction, type Subject } from "rxjs";
import {
  awaitOp,
  dropWhilePaused,
  failOnTerminate,
  holdByOp,
  type HoldByOpOptions,
  type HoldOptions,
  holdWhilePaused,
  type OpControlSubscriber,
  type OpState,
  type OpStatus,
  type OpTerminatedError,
  type Overflow,
  type StatusLookup,
} from "../../lib/index.js";

/** A value of a source that carries many ops. */
interface Step {
  readonly op: string;
  readonly text: string;
}

declare const control: OpControlSubscriber;
declare const status$: Observable<OpStatus>;
declare const texts$: Observable<string>;
declare const literals$: Observable<"a" | "b">;
declare const steps$: Observable<Step>;

// The values go through the gates as what they are.

expectTypeOf(texts$.pipe(holdWhilePaused(status$))).toEqualTypeOf<Observable<string>>();
expectTypeOf(texts$.pipe(dropWhilePaused(status$))).toEqualTypeOf<Observable<string>>();
expectTypeOf(texts$.pipe(failOnTerminate(status$))).toEqualTypeOf<Observable<string>>();
expectTypeOf(literals$.pipe(holdWhilePaused(status$))).toEqualTypeOf<Observable<"a" | "b">>();
expectTypeOf(literals$.pipe(dropWhilePaused(status$))).toEqualTypeOf<Observable<"a" | "b">>();
expectTypeOf(literals$.pipe(failOnTerminate(status$))).toEqualTypeOf<Observable<"a" | "b">>();
expectTypeOf(steps$.pipe(holdByOp(control, ({ op }) => op))).toEqualTypeOf<Observable<Step>>();

// Also between other operators, and with the subscriber's own streams.

expectTypeOf(
  steps$.pipe(
    holdByOp(control, (step) => step.op),
    map(({ text }) => text.length),
    holdWhilePaused(control.status("op"), { limit: 1 }),
    dropWhilePaused(control.status("op")),
    failOnTerminate(control.status("op")),
    map((length) => length > 3),
  ),
).toEqualTypeOf<Observable<boolean>>();

// One operator may be made ahead of its source, for values of a type that is named.

expectTypeOf(holdWhilePaused<number>(status$)).toEqualTypeOf<MonoTypeOperatorFunction<number>>();
expectTypeOf(dropWhilePaused<number>(status$)).toEqualTypeOf<MonoTypeOperatorFunction<number>>();
expectTypeOf(failOnTerminate<number>(status$)).toEqualTypeOf<MonoTypeOperatorFunction<number>>();
expectTypeOf(holdByOp<Step>(control, ({ op }) => op)).toEqualTypeOf<MonoTypeOperatorFunction<Step>>();
expectTypeOf(holdByOp(control, ({ op }: Step) => op)).toEqualTypeOf<MonoTypeOperatorFunction<Step>>();

// awaitOp is an operator on a status stream, and on nothing else.

expectTypeOf(awaitOp()).toExtend<OperatorFunction<OpStatus, OpStatus>>();
expectTypeOf(status$.pipe(awaitOp())).toEqualTypeOf<Observable<OpStatus>>();
expectTypeOf(control.status("op").pipe(awaitOp())).toEqualTypeOf<Observable<OpStatus>>();
// @ts-expect-error -- not of statuses
texts$.pipe(awaitOp());
// @ts-expect-error -- the statuses are piped into it
awaitOp(status$);

// A gate takes a status stream.

// @ts-expect-error -- needs one
holdWhilePaused();
// @ts-expect-error -- not of statuses
holdWhilePaused(texts$);
// @ts-expect-error -- the op id alone says nothing
holdWhilePaused("op");
// @ts-expect-error -- needs one
dropWhilePaused();
// @ts-expect-error -- not of statuses
dropWhilePaused(texts$);
// @ts-expect-error -- has no options
dropWhilePaused(status$, { limit: 3 });
// @ts-expect-error -- needs one
failOnTerminate();
// @ts-expect-error -- the op id alone says nothing
failOnTerminate("op");
// @ts-expect-error -- has no options
failOnTerminate(status$, {});

// The options of a gate that holds.

expectTypeOf<Overflow>().toEqualTypeOf<"error" | "dropOldest" | "dropNewest">();
expectTypeOf<HoldOptions>().toEqualTypeOf<{
  readonly limit?: number;
  readonly overflow?: Overflow;
  readonly onHeld?: (change: number) => void;
}>();
expectTypeOf(holdWhilePaused).parameter(1).toEqualTypeOf<HoldOptions | undefined>();
holdWhilePaused(status$, {});
holdWhilePaused(status$, { limit: 1 });
holdWhilePaused(status$, { overflow: "error" });
holdWhilePaused(status$, { limit: 1, overflow: "dropOldest" });
holdWhilePaused(status$, { overflow: "dropNewest" });
// @ts-expect-error -- no such policy
holdWhilePaused(status$, { overflow: "x" });
// @ts-expect-error -- a number
holdWhilePaused(status$, { limit: "1" });
// @ts-expect-error -- misspelt
holdWhilePaused(status$, { limits: 1 });
// @ts-expect-error -- undefined is not the same as left out
holdWhilePaused(status$, { limit: undefined });
// @ts-expect-error -- of holdByOp only
holdWhilePaused(status$, { totalLimit: 1 });
// @ts-expect-error -- not the limit alone
holdWhilePaused(status$, 1);

// holdByOp's key function is given what the source emits.

steps$.pipe(
  holdByOp(control, (step) => {
    expectTypeOf(step).toEqualTypeOf<Step>();
    return step.op;
  }),
);
// @ts-expect-error -- no such field
steps$.pipe(holdByOp(control, ({ opId }) => String(opId)));
// @ts-expect-error -- an op id is a string
steps$.pipe(holdByOp(control, ({ text }) => text.length));
// @ts-expect-error -- it may be undefined
steps$.pipe(holdByOp(control, ({ text }) => text.split(":").at(1)));
// @ts-expect-error -- of another source
texts$.pipe(holdByOp(control, ({ op }: Step) => op));
// @ts-expect-error -- needs one
steps$.pipe(holdByOp(control));
// @ts-expect-error -- the subscriber, not a status stream
steps$.pipe(holdByOp(status$, ({ op }: Step) => op));

// So is onDrop, with the error.

steps$.pipe(
  holdByOp(control, ({ op }) => op, {
    limit: 1,
    totalLimit: 10,
    overflow: "dropOldest",
    onTerminated: "drop",
    onDrop: (step, error) => {
      expectTypeOf(step).toEqualTypeOf<Step>();
      expectTypeOf(error).toEqualTypeOf<OpTerminatedError>();
    },
  }),
);
expectTypeOf<HoldByOpOptions<Step>["onTerminated"]>().toEqualTypeOf<"drop" | "error" | undefined>();
expectTypeOf<HoldByOpOptions<Step>>().toExtend<HoldOptions>();
steps$.pipe(holdByOp(control, ({ op }) => op, { onTerminated: "error" }));
// @ts-expect-error -- no such choice
steps$.pipe(holdByOp(control, ({ op }) => op, { onTerminated: "complete" }));
// @ts-expect-error -- no such policy
steps$.pipe(holdByOp(control, ({ op }) => op, { overflow: "x" }));
// @ts-expect-error -- a number
steps$.pipe(holdByOp(control, ({ op }) => op, { totalLimit: "1" }));
// @ts-expect-error -- misspelt
steps$.pipe(holdByOp(control, ({ op }) => op, { onDropped: () => undefined }));
// @ts-expect-error -- no such field
steps$.pipe(holdByOp(control, ({ op }) => op, { onDrop: ({ opId }) => String(opId) }));
// @ts-expect-error -- of another source
texts$.pipe(holdByOp(control, (text) => text, { onDrop: (step: Step) => step.op }));

// Whoever knows the statuses will do, not only the subscriber.

declare const subject: Subject<OpStatus>;
expectTypeOf(control).toExtend<StatusLookup>();
steps$.pipe(holdByOp({ status: () => subject }, ({ op }) => op));
// @ts-expect-error -- not of statuses
steps$.pipe(holdByOp({ status: () => texts$ }, ({ op }) => op));

// What a status can be is spelt out.

expectTypeOf<OpState>().toEqualTypeOf<"running" | "paused" | "terminated">();
