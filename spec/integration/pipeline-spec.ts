import { expect } from "chai";
import {
  catchError,
  EMPTY,
  firstValueFrom,
  lastValueFrom,
  mergeMap,
  type Observable,
  ReplaySubject,
  Subject,
  take,
  toArray,
} from "rxjs";
import { HoldOverflowError, OpTerminatedError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import type { OpRun } from "../../lib/runOp.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, connectTo, US } from "../helpers/gateways.js";
import { HttpServer } from "../helpers/http.js";
import { record, type Recording } from "../helpers/record.js";
import { trackedBy } from "../helpers/tracked.js";

/** One value of a source that carries many ops. */
interface Step {
  readonly op: string;
  readonly text: string;
}

/** The ops by number, from the first to before the last. */
const opsOf = (first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, index) => `4bf92f35:${String(first + index).padStart(16, "0")}`);
const OPS = opsOf(0, 100);
const [A, B] = OPS as [string, string, ...string[]];
const THEM = { ...US, agentId: "agent-8" };

describe("A pipeline on a real gateway", () => {
  let gateway: DevGateway;
  let control: OpControlSubscriber;

  beforeEach(async () => {
    gateway = await DevGateway.start();
    control = connectTo(gateway);
    await control.ready();
  });

  afterEach(async () => {
    control.close();
    await gateway.close();
  });

  /** When the agent has taken in all that the gateway was made to send by that. */
  const after = async (act: () => void): Promise<void> => {
    act();
    await caughtUp(control, gateway);
  };
  const each = (opIds: readonly string[], act: (opId: string) => void) => (): void => {
    opIds.forEach(act);
  };

  describe("with holdByOp over 100 ops in one source", () => {
    let source$: Subject<Step>;
    let sent: Step[];
    let dropped: (Step & { readonly error: OpTerminatedError })[];
    let held: Recording<Step>;

    beforeEach(() => {
      source$ = new Subject();
      sent = [];
      dropped = [];
      const onDrop = (step: Step, error: OpTerminatedError): void => {
        dropped.push({ ...step, error });
      };
      held = record(source$.pipe(holdByOp(control, ({ op }) => op, { limit: 10, onDrop })));
    });

    /** Sends a value of every op, each round in another order. */
    function round(name: number): void {
      const ops = OPS.map((_, index) => OPS[(index * 37 + name * 11) % OPS.length] ?? "");
      for (const op of ops) {
        const step = { op, text: `${op} in round ${name}` };
        sent.push(step);
        source$.next(step);
      }
    }

    const textsOf = (steps: readonly Step[], opId: string): string[] =>
      steps.filter(({ op }) => op === opId).map(({ text }) => text);

    /** Which of an op's rounds have come through, and which were dropped. */
    function expectOf(opIds: readonly string[], { rounds, drops = 0 }: { rounds: number; drops?: number }): void {
      for (const op of opIds) {
        const ofOp = textsOf(sent, op);
        expect(textsOf(held.values, op), `what came through of ${op}`).to.deep.equal(ofOp.slice(0, rounds));
        expect(textsOf(dropped, op), `what was dropped of ${op}`).to.deep.equal(ofOp.slice(rounds, rounds + drops));
      }
    }

    it("keeps each op's order and loses nothing through pauses, halts and terminates", async () => {
      const [killed, pausedOps, others] = [opsOf(0, 5), opsOf(5, 20), opsOf(20, 100)];
      round(1);
      expect(held.values, "while all run").to.deep.equal(sent);

      await after(each(opsOf(0, 20), (opId) => gateway.pause(opId)));
      round(2);
      round(3);
      expectOf(others, { rounds: 3 });
      expectOf([...killed, ...pausedOps], { rounds: 1 });

      await after(each(killed, (opId) => gateway.terminate(opId)));
      expectOf(killed, { rounds: 1, drops: 2 });
      round(4);
      expectOf(killed, { rounds: 1, drops: 3 });
      expectOf(others, { rounds: 4 });

      await after(() => {
        gateway.haltAgent(US, "PAUSE");
        gateway.resume(others[0] ?? "");
        gateway.haltAgent(THEM, "RESUME");
        gateway.haltFleet("RESUME");
      });
      round(5);
      expectOf(others, { rounds: 4 });

      await after(() => gateway.haltAgent(US, "RESUME"));
      expectOf(others, { rounds: 5 });
      expectOf(pausedOps, { rounds: 1 });

      await after(() => gateway.haltFleet("PAUSE"));
      await after(each(pausedOps, (opId) => gateway.resume(opId)));
      round(6);
      expectOf(others, { rounds: 5 });
      expectOf(pausedOps, { rounds: 1 });

      await after(() => gateway.haltFleet("RESUME"));
      expectOf([...pausedOps, ...others], { rounds: 6 });

      await after(() => {
        gateway.haltAgent(THEM, "TERMINATE");
        for (const opId of OPS) gateway.resume(opId);
      });
      round(7);
      expectOf([...pausedOps, ...others], { rounds: 7 });
      expectOf(killed, { rounds: 1, drops: 6 });

      await after(() => gateway.haltAgent(US, "TERMINATE"));
      round(8);
      expectOf([...pausedOps, ...others], { rounds: 7, drops: 1 });

      expect(held.end).to.equal(undefined);
      source$.complete();
      expect(held.end).to.equal("completed");
      expect(held.values.length + dropped.length).to.equal(sent.length);
      for (const { op, error } of dropped) expect(error).to.include({ opId: op });
      expect(dropped.find(({ op }) => op === killed[0])?.error.scope).to.equal("op");
      expect(dropped.find(({ op }) => op === others[0])?.error.scope).to.equal("agent");
    });

    it("waits with the completion for what is still held", async () => {
      await after(each(opsOf(0, 50), (opId) => gateway.pause(opId)));
      round(1);
      source$.complete();
      expect(held.values).to.have.lengthOf(50);

      await after(each(opsOf(1, 50), (opId) => gateway.resume(opId)));
      expect(held.values).to.have.lengthOf(99);
      expect(held.end).to.equal(undefined);

      await after(() => gateway.terminate(A));
      expect(held.end).to.equal("completed");
      expect(dropped.map(({ op }) => op)).to.deep.equal([A]);
    });

    it("drops everything on a terminate of the fleet, with the fleet's error", async () => {
      await after(() => gateway.haltFleet("PAUSE"));
      round(1);
      await after(() => gateway.haltFleet("TERMINATE"));
      round(2);

      expect(held.values).to.be.empty;
      expectOf(OPS, { rounds: 0, drops: 2 });
      for (const { op, error } of dropped) expect(error).to.include({ opId: op, scope: "fleet" });
    });

    it("keeps nothing of an op that has nothing held, and no op waits for another's room", async () => {
      await after(each(opsOf(0, 2), (opId) => gateway.pause(opId)));
      for (let name = 1; name <= 10; name++) round(name);
      expectOf(opsOf(2, 100), { rounds: 10 });
      expect(held.end).to.equal(undefined);
      expect(trackedBy(control)).to.have.members([A, B]);

      source$.next({ op: A, text: "one too many" });

      expect(held.end).to.be.instanceOf(HoldOverflowError).and.to.include({ limit: 10 });
      expect(trackedBy(control)).to.have.members([A, B]);
    });
  });

  describe("with runOp and a fetch of a response that never ends", () => {
    /** Answers with its headers and the first half of a body, and leaves it there. */
    const halfAnAnswer = (): Promise<HttpServer> =>
      HttpServer.start((response) => {
        response.write("half");
      });

    /** The body of a response, piece by piece. */
    async function* download(url: string, { signal }: Pick<OpRun, "signal">): AsyncGenerator<string> {
      const { body } = await fetch(url, { signal });
      const decoder = new TextDecoder();
      for await (const chunk of body ?? []) yield decoder.decode(chunk as Uint8Array, { stream: true });
    }

    /** Runs the download of `/{opId}` under the op; its pieces can be waited for. */
    function startDownload(server: HttpServer, opId: string): Observable<string> {
      const pieces$ = new ReplaySubject<string>(Infinity);
      control.runOp(opId, (run) => download(server.url(`/${opId}`), run)).subscribe(pieces$);
      return pieces$;
    }

    for (const [scope, terminate] of [
      ["op", () => gateway.terminate(A)],
      ["agent", () => gateway.haltAgent(US, "TERMINATE")],
      ["fleet", () => gateway.haltFleet("TERMINATE")],
    ] as const) {
      it(`cuts the request on a terminate of the ${scope}, and errors`, async () => {
        await using server = await halfAnAnswer();
        const pieces$ = startDownload(server, A);
        await firstValueFrom(pieces$);
        expect(record(pieces$)).to.deep.include({ values: ["half"], end: undefined });

        await after(terminate);

        const { values, end } = record(pieces$);
        expect(values).to.deep.equal(["half"]);
        expect(end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: A, scope });
        expect(await server.ended(`/${A}`)).to.equal("cut");
        expect(server.requests).to.have.lengthOf(1);
      });
    }

    it("cuts it while nothing of the answer has come yet", async () => {
      await using server = await HttpServer.start(() => undefined);
      const outcome = record(
        control.runOp(A, async ({ signal }) => (await fetch(server.url("/report"), { signal })).text()),
      );
      await server.arrived("/report");
      expect(outcome.end).to.equal(undefined);

      await after(() => gateway.terminate(A));

      expect(await server.ended("/report")).to.equal("cut");
      expect(outcome.values).to.be.empty;
      expect(outcome.end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: A, scope: "op" });
    });

    it("leaves it alone on a pause, on a terminate of another op and when the channel is closed", async () => {
      await using server = await halfAnAnswer();
      const pieces$ = startDownload(server, A);
      const another$ = startDownload(server, B);
      await Promise.all([pieces$, another$].map((started$) => firstValueFrom(started$)));

      await after(() => {
        gateway.pause(A);
        gateway.haltAgent(THEM, "TERMINATE");
        gateway.terminate(B);
      });
      expect(await server.ended(`/${B}`)).to.equal("cut");
      control.close();
      (await server.arrived(`/${A}`)).response.end(" and half");

      expect(await server.ended(`/${A}`)).to.equal("answered");
      expect(await lastValueFrom(pieces$.pipe(toArray()))).to.deep.equal(["half", " and half"]);
    });

    it("is cut when it is unsubscribed", async () => {
      await using server = await HttpServer.start(() => undefined);
      const { subscription } = record(control.runOp(A, (run) => download(server.url("/report"), run)));
      await server.arrived("/report");

      subscription.unsubscribe();

      expect(await server.ended("/report")).to.equal("cut");
      expect(trackedBy(control)).to.be.empty;
    });
  });

  it("runs a request for each of 100 ops of one source, each as its own op allows", async () => {
    const [resumed, killedWhilePaused, killedBefore] = [opsOf(0, 5), opsOf(5, 10), opsOf(10, 15)];
    const [quick, cut, slow] = [opsOf(15, 90), opsOf(90, 95), opsOf(95, 100)];
    await using server = await HttpServer.start((response, path) => {
      if (cut.concat(slow).includes(path.slice(1))) response.write("half");
      else response.end("whole");
    });
    const dropped: string[] = [];
    const failed: unknown[] = [];
    const source$ = new Subject<Step>();
    const answers$ = new ReplaySubject<string>(Infinity);
    source$
      .pipe(
        holdByOp(control, ({ op }) => op, { onDrop: ({ op }) => dropped.push(op) }),
        mergeMap(({ op }) =>
          control
            .runOp(op, async ({ signal, checkpoint }) => {
              const response = await fetch(server.url(`/${op}`), { signal });
              await checkpoint();
              return `${op}: ${await response.text()}`;
            })
            .pipe(
              catchError((error: unknown) => {
                failed.push(error);
                return EMPTY;
              }),
            ),
        ),
      )
      .subscribe(answers$);
    const answersOf = (opIds: readonly string[], text: string) => opIds.map((op) => `${op}: ${text}`);
    const answered = (count: number) => firstValueFrom(answers$.pipe(take(count), toArray()));
    const requested = () => server.requests.map(({ path }) => path.slice(1));

    await after(() => {
      each([...resumed, ...killedWhilePaused], (opId) => gateway.pause(opId))();
      each(killedBefore, (opId) => gateway.terminate(opId))();
    });
    for (const op of OPS) source$.next({ op, text: "" });
    source$.complete();
    expect(await answered(quick.length)).to.have.members(answersOf(quick, "whole"));
    await Promise.all([...cut, ...slow].map((op) => server.arrived(`/${op}`)));
    expect(requested()).to.have.members([...quick, ...cut, ...slow]);

    await after(each([...cut, ...killedWhilePaused], (opId) => gateway.terminate(opId)));
    for (const op of cut) expect(await server.ended(`/${op}`)).to.equal("cut");
    expect(failed.map((error) => (error as OpTerminatedError).opId)).to.have.members(cut);
    for (const error of failed) expect(error).to.be.instanceOf(OpTerminatedError).and.to.include({ scope: "op" });

    await after(each(resumed, (opId) => gateway.resume(opId)));
    for (const op of slow) (await server.arrived(`/${op}`)).response.end(" and half");

    const answers = await lastValueFrom(answers$.pipe(toArray()));
    expect(answers).to.have.members([
      ...answersOf([...quick, ...resumed], "whole"),
      ...answersOf(slow, "half and half"),
    ]);
    expect(dropped).to.have.members([...killedBefore, ...killedWhilePaused]);
    expect(requested()).to.have.members([...resumed, ...quick, ...cut, ...slow]);
    expect(server.requests.filter(({ end }) => end === "cut")).to.have.lengthOf(cut.length);
  });
});
