import { expect } from "chai";
import { type Observable, of, throwError } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { AssemblyError, OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { marbleDifference } from "../../lib/testing/marbleDifference.js";
import { OP, paused, running } from "../helpers/opControl.js";

const HEAD = ["not as drawn (- is what was drawn, + is what came)", ""];

/** The lines that are said of what a TestScheduler has recorded, and was to. */
function linesOf(expectation: (helpers: Parameters<Parameters<TestScheduler["run"]>[0]>[0]) => void): string[] {
  let lines: string[] = [];
  new TestScheduler((actual, expected) => {
    lines = marbleDifference(actual, expected)?.text.split("\n") ?? [];
  }).run(expectation);
  return lines;
}

/** The same of a stream. */
function told(
  [marbles, values, error]: readonly [string, unknown?, unknown?],
  [drawn, drawnValues, drawnError]: readonly [string, unknown?, unknown?],
): string[] {
  return linesOf(({ cold, expectObservable }) => {
    const stream$: Observable<unknown> = cold(marbles, values as Record<string, unknown>, error);
    expectObservable(stream$).toBe(drawn, drawnValues, drawnError);
  });
}

describe("marbleDifference", () => {
  it("says of each notification at which frame it was drawn, and at which it came", () => {
    expect(told(["-a----(bc)-|"], ["-a---(bc)--|"])).to.deep.equal([
      ...HEAD,
      "  frame  1  'a'",
      "- frame  5  'b'",
      "- frame  5  'c'",
      "+ frame  6  'b'",
      "+ frame  6  'c'",
      "  frame 11  complete",
    ]);
  });

  it("has what was drawn and what came at one frame below each other", () => {
    const [drawn, came] = [new OpTerminatedError(OP, "agent"), new OpTerminatedError(OP, "op")];

    expect(told(["p-#", { p: paused() }, came], ["r-#", { r: running() }, drawn])).to.deep.equal([
      ...HEAD,
      `- frame 0  { opId: '${OP}', state: 'running', scope: 'op', sequence: 0n }`,
      `+ frame 0  { opId: '${OP}', state: 'paused', scope: 'op', sequence: 0n }`,
      `- frame 2  error OpTerminatedError: op "${OP}" was terminated (scope: agent) { opId: '${OP}', scope: 'agent' }`,
      `+ frame 2  error OpTerminatedError: op "${OP}" was terminated (scope: op) { opId: '${OP}', scope: 'op' }`,
    ]);
  });

  it("says what caused an error, and not where it was made", () => {
    const failed = (cause: unknown): Error => new OpControlUnavailableError("failed", { cause });
    const lines = told(["#", undefined, failed(new AssemblyError("one"))], ["#", undefined, failed({ code: 7 })]);

    expect(lines).to.deep.equal([
      ...HEAD,
      "- frame 0  error OpControlUnavailableError: failed { cause: { code: 7 } }",
      "+ frame 0  error OpControlUnavailableError: failed { cause: AssemblyError: one }",
    ]);
  });

  it("comes to an end where an error has caused itself", () => {
    const error = new Error("round");
    error.cause = error;

    expect(told(["#", undefined, error], ["|"]).at(-1)).to.match(
      /^\+ frame 0 {2}error Error: round \{ cause: .*… \} \}/,
    );
  });

  it("says what came where nothing was drawn, and what was drawn where nothing came", () => {
    expect(told(["-a"], ["--"])).to.deep.equal([...HEAD, "+ frame 1  'a'"]);
    expect(told(["--"], ["-(a|)"])).to.deep.equal([...HEAD, "- frame 1  'a'", "- frame 1  complete"]);
  });

  it("has an inner stream in one line", () => {
    const lines = linesOf(({ cold, expectObservable }) => {
      const outer$ = of(cold("a-b|"));
      expectObservable(outer$).toBe("(i|)", { i: cold("ab|") });
    });

    expect(lines.slice(2, 4)).to.deep.equal([
      "- frame 0  [frame 0  'a'; frame 1  'b'; frame 2  complete]",
      "+ frame 0  [frame 0  'a'; frame 2  'b'; frame 3  complete]",
    ]);
  });

  it("says of subscriptions when they began and ended", () => {
    const lines = linesOf(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("  -a-");
      expectObservable(source, "^-!").toBe("-a");
      expectSubscriptions(source.subscriptions).toBe(["^", "-^!"]);
    });

    expect(lines).to.deep.equal([
      ...HEAD,
      "- subscribed at frame 0, never unsubscribed",
      "+ subscribed at frame 0, unsubscribed at frame 2",
      "- subscribed at frame 1, unsubscribed at frame 2",
    ]);
  });

  it("leaves out what is far from any difference, and what is too much", () => {
    const long = "abcdefghijklm";
    expect(told([`${long}|`], [`${long}-|`]).slice(2)).to.deep.equal([
      "  …",
      "  frame 10  'k'",
      "  frame 11  'l'",
      "  frame 12  'm'",
      "+ frame 13  complete",
      "- frame 14  complete",
    ]);
    const lines = told(["a".repeat(150)], ["b".repeat(150)]);
    expect(lines).to.have.length(103);
    expect(lines.at(-1)).to.equal("  … and 200 more lines");
  });

  it("shows no control characters", () => {
    const thrown = throwError(() => new Error("\u001b[2J"));
    const lines = linesOf(({ expectObservable }) => {
      expectObservable(thrown).toBe("(a|)", { a: "\u0007" });
    });

    expect(lines.join("")).to.not.match(/[\u0000-\u001f]/);
  });

  it("has each of the two for itself, for whoever compares them in another way", () => {
    const frames = (frame: number) => [{ frame, notification: { kind: "C" } }];

    expect(marbleDifference(frames(1), frames(2))).to.include({
      actual: "frame 1  complete",
      expected: "frame 2  complete",
    });
  });

  it("has nothing to say of what reads alike, nor of what no TestScheduler has recorded", () => {
    const frames = (value: unknown) => [{ frame: 1, notification: { kind: "N", value } }];
    for (const [actual, expected] of [
      [frames("a"), frames("a")],
      [frames(Symbol("a")), frames(Symbol("a"))],
      [1, 2],
      [[1], [2]],
      [frames("a"), "a"],
      [undefined, null],
    ]) {
      expect(marbleDifference(actual, expected)).to.equal(undefined);
    }
  });
});
