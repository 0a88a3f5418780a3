import { expect } from "chai";
import fc from "fast-check";
import { config, filter, type Observable, skip, take, tap } from "rxjs";
import { reconnecting } from "../../lib/channel/reconnecting.js";
import { refusalIn } from "../../lib/channel/refusalIn.js";
import type { ChannelState } from "../../lib/channel/ChannelStatus.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpControlSignal, OpState } from "../../lib/opStatus.js";
import { Audience, essence, type Reaction, type Reflex } from "../helpers/Audience.js";
import { type ChannelConfig, ChannelModel } from "../helpers/ChannelModel.js";
import { FakeTransport, type Fault, FAULTS, MAX_LAG_MS, type Sent } from "../helpers/FakeTransport.js";
import { AGENT, FLEET, OP, OTHER } from "../helpers/opControl.js";
import { OpModel } from "../helpers/OpModel.js";
import { runs, runsTimeoutMs } from "../helpers/runs.js";
import { VirtualTime } from "../helpers/VirtualTime.js";

const AGENT_TOO = "agent:by-another-name";
const IDS = [OP, OTHER, AGENT, FLEET];

type Step =
  | { readonly do: "send"; readonly opId: string; readonly signal: OpControlSignal; readonly sequence: bigint }
  | { readonly do: "garble"; readonly message: unknown }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "lag"; readonly stream: number; readonly ms: number }
  | { readonly do: "cut"; readonly stream: number; readonly fault: Fault; readonly heardAfterMs: number }
  | { readonly do: "end"; readonly stream: number; readonly fault: Fault | undefined }
  | { readonly do: "drain" | "goDown" | "comeUp" | "push" | "close" }
  | { readonly do: "answer"; readonly times: number; readonly answer: Fault | "hang" }
  | { readonly do: "answerAfter"; readonly ms: number }
  | { readonly do: "watch"; readonly opId: string; readonly reflex: Reflex | undefined }
  | { readonly do: "wait"; readonly opId: string; readonly timeoutMs: number | undefined }
  | { readonly do: "gate"; readonly opId: string; readonly reaction: Reaction | undefined }
  | { readonly do: "onSignal" | "onDiagnostic"; readonly reaction: Reaction }
  | { readonly do: "onConnection"; readonly state: ChannelState; readonly reaction: Reaction }
  | { readonly do: "throw"; readonly opId: string; readonly isPastRxJS: boolean }
  | { readonly do: "leave"; readonly index: number };

const signals: Readonly<Record<OpControlSignal, number>> = { PAUSE: 1, RESUME: 2, TERMINATE: 3 };

/** What is no signal, as a peer may send it. */
const RUBBISH: readonly unknown[] = [
  { opId: OP, signal: 0, sequence: 1n },
  { opId: FLEET, signal: 4, sequence: 1n },
  { opId: AGENT, signal: "terminate" },
  { opId: "", signal: 3, sequence: 1n },
  { opId: `\u001b[2J\n${"x".repeat(2_000)}`, signal: 3, sequence: 1n },
  "TERMINATE",
  null,
];

const ids = fc.constantFrom(OP, OP, OP, OTHER, AGENT, FLEET);
const fault = fc.constantFrom(...FAULTS);
const stream = fc.nat(2);

const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("watch", "wait", "gate"), opId: ids }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("push", "push", "leave", "throw") }) },
  { weight: 1, arbitrary: fc.constant({ do: "close" }) },
);
const reflex = fc.record({ on: fc.constantFrom<OpState>("running", "paused", "terminated"), then: reaction });

const none = fc.constant(undefined);
const sequence = fc.constantFrom(0n, 1n, 2n ** 64n - 1n);
const send = (opId: fc.Arbitrary<string>, ...signals: OpControlSignal[]) =>
  fc.record({ do: fc.constant("send" as const), opId, signal: fc.constantFrom(...signals), sequence });
const just = <Do extends Step["do"]>(...names: Do[]) => fc.record({ do: fc.constantFrom(...names) });

/** TERMINATE is rare, and of wider scopes rarer still: nothing happens any more once all are. */
const step = fc.oneof(
  { weight: 200, arbitrary: send(fc.constantFrom(OP, OP, OP, OTHER, AGENT, AGENT_TOO, FLEET), "PAUSE", "RESUME") },
  { weight: 12, arbitrary: send(fc.constantFrom(OP, OTHER), "TERMINATE") },
  { weight: 2, arbitrary: send(fc.constantFrom(AGENT, FLEET), "TERMINATE") },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("garble"), message: fc.constantFrom(...RUBBISH) }) },
  { weight: 120, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(1, 10, 100, 399, 500, 2_000) }) },
  { weight: 50, arbitrary: fc.record({ do: fc.constant("lag"), stream, ms: fc.constantFrom(0, 10, 100, MAX_LAG_MS) }) },
  {
    weight: 20,
    arbitrary: fc.record({ do: fc.constant("cut"), stream, fault, heardAfterMs: fc.constantFrom(0, 0, 100, 1_500) }),
  },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("end"), stream, fault: fc.oneof(none, fault) }) },
  { weight: 50, arbitrary: just("drain") },
  { weight: 8, arbitrary: just("goDown") },
  { weight: 16, arbitrary: just("comeUp") },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant("answer"),
      times: fc.integer({ min: 1, max: 3 }),
      answer: fc.constantFrom(...FAULTS, "hang" as const),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("answerAfter"), ms: fc.constantFrom(0, 1, 100, 400) }) },
  { weight: 40, arbitrary: just("push") },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("watch"), opId: ids, reflex: fc.oneof(none, reflex) }) },
  {
    weight: 30,
    arbitrary: fc.record({ do: fc.constant("wait"), opId: ids, timeoutMs: fc.constantFrom(undefined, undefined, 300) }),
  },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("gate"), opId: ids, reaction: fc.oneof(none, reaction) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("onSignal", "onDiagnostic"), reaction }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("onConnection"),
      state: fc.constantFrom("live", "live", "reconnecting", "failed", "closed"),
      reaction: fc.oneof(reaction, fc.constant({ do: "close" })),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("throw"), opId: ids, isPastRxJS: fc.boolean() }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("leave"), index: fc.nat(9) }) },
  { weight: 4, arbitrary: just("close") },
) as fc.Arbitrary<Step>;

const channelConfig: fc.Arbitrary<ChannelConfig> = fc.record({
  initialDelayMs: fc.constant(100),
  maxDelayMs: fc.constant(1_600),
  maxStreamAgeMs: fc.constantFrom(undefined, undefined, 700, 3_000),
  random: fc.constantFrom(0.5, 0.25, 0.99),
  whenStale: fc.oneof(
    fc.constant({ then: "proceed" as const }),
    fc.record({
      then: fc.constantFrom("hold" as const, "hold" as const, "fail" as const, "proceed" as const),
      graceMs: fc.constantFrom(100, 500, 2_000),
    }),
  ),
});

/** Every `agent:…` id on our stream is ours. */
const keyOf = (opId: string): string => (opId.startsWith("agent:") ? AGENT : opId);

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u202e]/;

/** A subscriber, what it is connected to, who uses it, and the models of what it should do. */
class World {
  readonly #time: VirtualTime;
  readonly #transport: FakeTransport;
  readonly #channel: ChannelModel;
  readonly #control: OpControlSubscriber;
  readonly #audience: Audience;
  readonly #ops = new OpModel();
  /** What each op's status has been, by what was heard. */
  readonly #due = new Map<string, string[]>();
  readonly #wrongs: string[] = [];
  /** What the gateway means by each message that is not rubbish. */
  readonly #said = new Map<unknown, OpControlMessage>();
  /** Which of the messages that were sent is being heard. */
  #heard: Sent | undefined;
  #isHeld = false;
  /** For as long as it is being told that the channel is live, what was held is held. */
  #undoLift: () => void = () => undefined;

  constructor(time: VirtualTime, config: ChannelConfig) {
    this.#time = time;
    this.#transport = new FakeTransport(time);
    this.#channel = new ChannelModel(this.#transport, config);
    this.#transport.witness = this.#channel;
    const { initialDelayMs, maxDelayMs, maxStreamAgeMs, random, whenStale } = config;
    const policy = { reconnect: { initialDelayMs, maxDelayMs }, maxStreamAgeMs, refusalIn, random: () => random };
    const source = reconnecting(this.#transport.attempt$, policy).pipe(tap((event) => this.#overhear(event)));
    this.#control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 100, whenStale });
    this.#audience = new Audience(this.#control, () => time.now, IDS);
    for (const opId of IDS) this.#due.set(opId, ["running"]);
    this.#look(config);
  }

  perform(step: Step): void {
    const { told } = this.#audience;
    const wasOver = this.#channel.isOver;
    this.#do(step);
    this.#time.pass(0);
    this.#undoLift = () => undefined;
    const isUsers = ["watch", "wait", "gate", "onSignal", "onConnection", "onDiagnostic", "throw", "push", "leave"];
    if (wasOver && step.do !== "close" && !isUsers.includes(step.do) && told !== this.#audience.told) {
      this.#wrong("somebody is told something after the end");
    }
    this.#check();
  }

  /** Everything goes well from here on: the channel is live again, and has heard all that was not lost. */
  settle(): void {
    this.#transport.heal();
    this.perform({ do: "pass", ms: 6_000 });
    this.#checkSent();
    if (!this.#channel.isOver) {
      expect(this.#channel.state).to.equal("live");
    }
    this.perform({ do: "send", opId: OTHER, signal: "TERMINATE", sequence: 0n });
    this.perform({ do: "pass", ms: 1_000 });
    if (!this.#channel.isOver) expect(this.#control.isTerminated(OTHER), "obeys a TERMINATE").to.be.true;
    this.perform({ do: "close" });
    this.perform({ do: "pass", ms: 10_000 });
  }

  #do(step: Step): void {
    const transport = this.#transport;
    const audience = this.#audience;
    const { ours } = transport;
    switch (step.do) {
      case "send": {
        const { opId, signal, sequence } = step;
        const message = { opId, signal: signals[signal], sequence };
        this.#said.set(message, { opId, signal, sequence });
        transport.send(message);
        break;
      }
      case "garble":
        transport.send(step.message);
        break;
      case "pass":
        this.#time.pass(step.ms);
        break;
      case "lag":
        if (ours.length > 0) ours[step.stream % ours.length]!.lagMs = step.ms;
        break;
      case "cut":
        ours[step.stream % ours.length]?.cut(step.fault, step.heardAfterMs);
        break;
      case "end":
        ours[step.stream % ours.length]?.end(step.fault);
        break;
      case "drain":
        ours.findLast(({ isLive }) => isLive)?.drain();
        break;
      case "goDown":
      case "comeUp":
        transport[step.do]();
        break;
      case "answer":
        transport.answerNext(step.times, step.answer);
        break;
      case "answerAfter":
        transport.answersAfterMs = step.ms;
        break;
      case "watch":
        audience.watch(step.opId, step.reflex);
        break;
      case "wait":
        audience.wait(step.opId, step.timeoutMs);
        break;
      case "gate":
        audience.gate(step.opId, step.reaction);
        break;
      case "onSignal":
        this.#reactOnce(this.#control.signals$, step.reaction);
        break;
      case "onConnection":
        this.#reactOnce(
          this.#control.connection$.pipe(
            skip(1),
            filter(({ state }) => state === step.state),
          ),
          step.reaction,
        );
        break;
      case "onDiagnostic":
        // It may be about somebody who throws while a status is being told to everyone.
        this.#reactOnce(this.#control.diagnostics$, step.reaction, (act) => audience.telling(act));
        break;
      case "throw":
        audience.throwAt(step.opId, step.isPastRxJS);
        break;
      case "leave":
        audience.leave(step.index);
        break;
      default:
        audience[step.do]();
    }
  }

  /** Somebody reacts to the next of something. */
  #reactOnce(told$: Observable<unknown>, reaction: Reaction, during = (act: () => void): void => act()): void {
    const subscription = told$.pipe(take(1)).subscribe({
      next: () => {
        // What has been heard of the channel lets nobody run any more.
        if (reaction.do === "close" && !this.#audience.closing) this.#undoLift();
        during(() => this.#audience.react(reaction, () => subscription.unsubscribe()));
      },
      error: () => undefined,
    });
  }

  #look(config: ChannelConfig): void {
    this.#control.connection$.subscribe((status) => {
      this.#undoLift = () => undefined;
      if (this.#time.now > 0 || status.state !== "connecting") this.#channel.tell(status);
      if (status.state === "live" && this.#isHeld) this.#lift();
      this.#checkPrintable(status.lastError);
    });
    this.#control.diagnostics$.subscribe((diagnostic) => {
      this.#undoLift = () => undefined;
      this.#channel.diagnose(diagnostic);
      if (diagnostic.kind === "stale" && config.whenStale.then === "hold") this.#hold(true);
      if ("message" in diagnostic) this.#checkPrintable(diagnostic.message);
      if ("opId" in diagnostic) this.#checkPrintable(diagnostic.opId);
    });
    this.#control.signals$.subscribe({ next: (signal) => this.#hear(signal), error: () => undefined });
  }

  #lift(): void {
    const before = [...this.#due].map(([opId, log]) => ({ opId, log: [...log] }));
    this.#hold(false);
    this.#undoLift = () => {
      this.#isHeld = true;
      for (const { opId, log } of before) this.#due.set(opId, log);
    };
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#log();
  }

  /** What the channel brings up is what the subscriber hears next. */
  #overhear(event: ChannelEvent): void {
    if (event.type === "message") this.#heard = this.#transport.sent.find(({ message }) => message === event.message);
  }

  /** It has been applied by now, and is what was sent. */
  #hear({ opId, signal, sequence }: OpControlMessage): void {
    const said = this.#said.get(this.#heard?.message);
    if (said?.opId !== opId || said.signal !== signal || said.sequence !== sequence) {
      this.#wrong(`${signal} to ${opId} was never sent`);
      return;
    }
    const state = this.#audience.stateOf(opId);
    const isApplied = signal === "RESUME" || state === "terminated" || (signal === "PAUSE" && state === "paused");
    if (!isApplied) this.#wrong(`${signal} to ${opId} is told while it is ${state}`);
    if (signal === "RESUME") this.#checkResume(opId, this.#heard!.index);
    this.#ops.apply(said);
    this.#log();
  }

  /** The statuses that are due now, where they are others than before. */
  #log(): void {
    this.#undoLift = () => undefined;
    for (const [opId, log] of this.#due) {
      const status = this.#statusDue(opId);
      if (log.at(-1) !== status) log.push(status);
    }
  }

  #statusDue(opId: string): string {
    const verdict = this.#ops.verdictOn(opId);
    if (!this.#isHeld || verdict.state !== "running") return essence(verdict);
    return essence({ state: "paused", scope: "channel", sequence: 0n });
  }

  #check(): void {
    const end = this.#channel.outcome;
    for (const [opId, due] of this.#due) {
      const told = this.#audience.reference(opId).join();
      if (told !== due.join()) this.#wrong(`${opId} was ${told} and should have been ${due.join()}`);
      const answer = this.#audience.stateOf(opId);
      if (!due.at(-1)!.startsWith(answer)) this.#wrong(`${opId} is ${answer} and should be ${due.at(-1)!}`);
    }
    this.#channel.check();
    this.#audience.check(end);
    const timers = this.#time.pending - this.#transport.pending;
    if (end && timers > 0) this.#wrong(`${timers} timers are left`);
    const wrongs = [...this.#wrongs, ...this.#channel.wrongs, ...this.#audience.wrongs];
    if (wrongs.length > 0) expect.fail(wrongs.join("\n"));
  }

  /** Whatever stream a RESUME comes by, what has arrived already and was sent after it does not say PAUSE. */
  #checkResume(opId: string, index: number): void {
    const newest = this.#transport.sent.findLast(({ message, fates }) => {
      const said = this.#said.get(message);
      return said && keyOf(said.opId) === keyOf(opId) && [...fates.values()].includes("arrived");
    })!;
    if (newest.index <= index || this.#said.get(newest.message)!.signal !== "PAUSE") return;
    // Once the overlap is over, what the new stream has not said is unsaid.
    const isLost = [...newest.fates.values()].includes("lost");
    if (!isLost) this.#wrong(`RESUME ${index} lifts PAUSE ${newest.index}, which was sent after it`);
  }

  /** What was sent while we were subscribed and was not lost on the way has been heard, to the same end as it was sent. */
  #checkSent(): void {
    const gateway = new OpModel();
    const mayBeUnheard = new Map<string, boolean>();
    for (const { index, message, fates } of this.#transport.sent) {
      const fate = new Set(fates.values());
      if (fate.has("letGo") && fate.size === 1 && !this.#channel.isOver) this.#wrong(`message ${index} was let go`);
      const said = this.#said.get(message);
      if (!fate.has("arrived") || !said) continue;
      gateway.apply(said);
      // Where two streams said different things and one of them was lost, the op waits for another RESUME.
      const isLost = fate.has("lost");
      const isInDoubt = said.signal === "RESUME" && index < this.#channel.inDoubtBefore;
      mayBeUnheard.set(keyOf(said.opId), isLost || isInDoubt);
    }
    for (const opId of IDS) {
      const heard = this.#ops.ownStateOf(opId);
      const sent = gateway.ownStateOf(opId);
      const isFinal = heard === "terminated" || sent === "terminated";
      if (heard !== sent && (isFinal || !mayBeUnheard.get(opId)))
        this.#wrong(`${opId} is ${heard} and was told to be ${sent}`);
    }
    this.#check();
  }

  #checkPrintable(text = ""): void {
    if (CONTROL_CHARACTER.test(text)) this.#wrong(`not printable: ${JSON.stringify(text)}`);
  }

  #wrong(what: string): void {
    this.#wrongs.push(`at ${this.#time.now}: ${what}`);
  }
}

describe("A channel and all who use it, for random interleavings of faults, signals, handlers and time,", function () {
  this.timeout(runsTimeoutMs(60_000));
  const before = config.onUnhandledError;
  beforeEach(() => {
    // What the handlers throw.
    config.onUnhandledError = () => undefined;
  });
  afterEach(() => {
    config.onUnhandledError = before;
  });

  it("do what their models do: no signal lost but by the network, no op let run against its last word", () => {
    fc.assert(
      fc.property(channelConfig, fc.array(step, { maxLength: 40, size: "max" }), (config, steps) => {
        VirtualTime.run((time) => {
          const world = new World(time, config);
          for (const step of steps) world.perform(step);
          world.settle();
        });
      }),
      { numRuns: runs(2_000) },
    );
  });
});
