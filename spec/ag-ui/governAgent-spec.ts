import { type BaseEvent, HttpAgent } from "@ag-ui/client";
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { firstValueFrom, Subject } from "rxjs";
import { governAgent } from "../../lib/ag-ui/governAgent.js";
import { opControlMiddleware } from "../../lib/ag-ui/opControlMiddleware.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { pause, resume, terminate } from "../helpers/opControl.js";
import { aFewTurns } from "../helpers/turns.js";
import { unhandledRejectionsDuring } from "../helpers/unhandledRejections.js";
import { event, events, input } from "./events.js";
import { ScriptedAgent } from "./ScriptedAgent.js";

const op = `${input.threadId}:${input.runId}`;
const opIdOf = ({ threadId, runId }: typeof input): string => `${threadId}:${runId}`;

describe("governAgent", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
  });

  it("returns the agent, and governs its runs", async () => {
    const agent = new ScriptedAgent();
    expect(governAgent(agent, control, opIdOf)).to.equal(agent);
    signals$.next(pause(op));
    void agent.runAgent({ runId: input.runId });
    await aFewTurns();

    expect(agent.inputs).to.be.empty;
  });

  it("aborts the run at the agent in the tick of the terminate, however slow its subscribers are, and once", async () => {
    const agent = governAgent(new ScriptedAgent(), control, opIdOf);
    const slow = new Subject<never>();
    const run = agent.runAgent(
      { runId: input.runId },
      { onRunStartedEvent: () => firstValueFrom(slow, { defaultValue: undefined }) },
    );
    await aFewTurns();
    agent.emit(events.s);
    await aFewTurns();
    signals$.next(terminate(op));
    expect(agent.aborted).to.equal(1);

    slow.complete();
    await run;
    expect(agent.aborted).to.equal(1);
  });

  it("aborts it too where a middleware further out has changed the input", async () => {
    const agent = new ScriptedAgent();
    agent.use((given, next) => next.run({ ...given }));
    governAgent(agent, control, opIdOf);
    const run = agent.runAgent({ runId: input.runId });
    await aFewTurns();
    agent.emit(events.s);
    signals$.next(terminate(op));

    await run;
    expect(agent.aborted).to.equal(1);
  });

  it("aborts no run that ends by itself, nor one whose RUN_ERROR is the agent's own", async () => {
    for (const last of [events.f, event("RUN_ERROR", { message: "no such model", code: "model" })]) {
      const agent = governAgent(new ScriptedAgent(), control, opIdOf);
      const run = agent.runAgent({ runId: input.runId });
      await aFewTurns();
      agent.emit(events.s, last);
      agent.events$.complete();

      await run;
      expect(agent.aborted).to.equal(0);
    }
  });

  it("leaves alone what an agent that is no HttpAgent calls its abortController", async () => {
    const agent = governAgent(new ScriptedAgent(), control, opIdOf);
    const theirs = Object.assign(agent, { abortController: new AbortController() });
    theirs.abortController.abort();
    const run = agent.runAgent({ runId: input.runId });
    await aFewTurns();
    agent.emit(events.s);
    theirs.abortController = new AbortController();
    signals$.next(terminate(op));

    await run;
    expect(agent.inputs).to.have.length(1);
    expect(agent.aborted).to.equal(1);
  });

  it("aborts nothing at the agent for a run that was never started", async () => {
    const agent = governAgent(new ScriptedAgent(), control, opIdOf);
    signals$.next(pause(op));
    const run = agent.runAgent({ runId: input.runId });
    await aFewTurns();
    signals$.next(terminate(op));

    await run;
    expect(agent.aborted).to.equal(0);
  });

  it("throws a TypeError at once that names the wrong argument", () => {
    for (const agent of [undefined, null, 7, {}, signals$, { run: () => signals$ }]) {
      expect(() => governAgent(agent as never, control, opIdOf)).to.throw(TypeError, /^agent must be an AG-UI agent/);
    }
    expect(() => governAgent(new ScriptedAgent(), {} as never, opIdOf)).to.throw(TypeError, /^control must be /);
    expect(() => governAgent(new ScriptedAgent(), control, op as never)).to.throw(TypeError, "opIdOf");
    expect(() => governAgent(new ScriptedAgent(), control, opIdOf, { limit: 0 })).to.throw(TypeError, "limit");
  });

  describe("of an agent that is fetched over HTTP", () => {
    let server: Server;
    let requests$: Subject<ServerResponse>;
    let agent: HttpAgent;

    beforeEach(async () => {
      requests$ = new Subject();
      server = createServer((_request, response) => {
        requests$.next(response);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      agent = new HttpAgent({ url: `http://127.0.0.1:${String(port)}/`, threadId: input.threadId });
    });

    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    interface Requested {
      readonly response: ServerResponse;
      /** When the run has been told to have started. */
      readonly started: Promise<unknown>;
      readonly end: Promise<unknown>;
    }

    /** Starts a run, and resolves when its request has arrived. */
    async function requested(runner: HttpAgent, runId = input.runId): Promise<Requested> {
      const request = firstValueFrom(requests$);
      const started$ = new Subject<void>();
      const started = firstValueFrom(started$, { defaultValue: undefined });
      const end = runner.runAgent(
        { runId },
        {
          onRunStartedEvent: () => {
            started$.next();
          },
        },
      );
      return { response: await request, started, end };
    }

    function send(response: ServerResponse, ...sent: readonly BaseEvent[]): void {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const each of sent) response.write(`data: ${JSON.stringify(each)}\n\n`);
    }

    for (const [when, sent] of [
      ["before it is answered", []],
      ["while it streams", [events.s, events.m, events.a]],
    ] as const) {
      it(`ends the request ${when}, also of a clone's run`, async () => {
        const runner = governAgent(agent, control, opIdOf).clone();
        const unhandled = await unhandledRejectionsDuring(async () => {
          const { response, started, end } = await requested(runner);
          if (sent.length > 0) {
            send(response, ...sent);
            await started;
          }
          const closed = once(response, "close");
          signals$.next(terminate(op));

          await Promise.all([closed, end]);
        });
        expect(unhandled).to.be.empty;
      });
    }

    it("ends of two runs at once the request of the one that is terminated", async () => {
      governAgent(agent, control, opIdOf);
      const first = await requested(agent);
      send(first.response, events.s);
      await first.started;
      const second = await requested(agent, "second");
      send(second.response, event("RUN_STARTED", { threadId: input.threadId, runId: "second" }));
      await second.started;
      const closed = once(first.response, "close");
      signals$.next(terminate(op));

      await Promise.all([closed, first.end]);
      await aFewTurns();
      expect(second.response.destroyed).to.equal(false);
      signals$.next(terminate(`${input.threadId}:second`));
      await second.end;
    });

    it("ends a run at once that is aborted while it waits, and sends no request for it, whatever runs after it", async () => {
      governAgent(agent, control, opIdOf);
      let count = 0;
      requests$.subscribe(() => count++);
      signals$.next(pause(op));
      const waiting = agent.runAgent({ runId: input.runId });
      await aFewTurns();
      agent.abortRun();
      const { newMessages } = await waiting;
      expect(newMessages).to.be.empty;

      const next = await requested(agent, "next");
      signals$.next(resume(op));
      await aFewTurns();
      expect(count).to.equal(1);
      signals$.next(terminate(`${input.threadId}:next`));
      await next.end;
    });

    it("is needed: unsubscribed from alone, its request goes on", async () => {
      agent.use(opControlMiddleware(control, opIdOf));
      const { response, started, end } = await requested(agent);
      send(response, events.s);
      await started;
      signals$.next(terminate(op));

      await end;
      await aFewTurns();
      expect(response.destroyed).to.equal(false);
      response.end();
    });
  });
});
