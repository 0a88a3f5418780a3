import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { filter, firstValueFrom } from "rxjs";
import { CLIENT_BACKOFF_MS } from "../../lib/channel/openClient.js";
import { OpControlUnavailableError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { FaultProxy } from "../../lib/testing/FaultProxy.js";
import {
  accept,
  cancelled,
  channelIs,
  connectTo,
  HandMadeGateway,
  refuse,
  subscribed,
  wire,
} from "../helpers/gateways.js";
import { OP } from "../helpers/opControl.js";
import { NODE, Run } from "../helpers/processes.js";
import { record, rejectionOf } from "../helpers/record.js";
import { deadEndpoint, Network, TcpServer } from "../helpers/sockets.js";
import { UnansweredPort } from "./matrix/UnansweredPort.js";

const SCRIPT = join(import.meta.dirname, "../fixtures/closeInPhase.ts");

describe("close() over a real socket", () => {
  describe("ends every stream within the call, and nothing is told after it,", () => {
    it("at once", async () => {
      await using gateway = await HandMadeGateway.start(acceptAndTerminate);
      const control = connectTo(gateway);
      const told = closeAndListen(control);
      // Another one that goes all the way is the sign that the first would have been told by now.
      await goAllTheWay(gateway);
      expect(told()).to.be.empty;
    });

    it("while the token is pending", async () => {
      await using gateway = await HandMadeGateway.start(acceptAndTerminate);
      let give: (token: string) => void = () => undefined;
      const control = connectTo(gateway, { credentialToken: () => new Promise((resolve) => (give = resolve)) });
      await turn();
      const told = closeAndListen(control);
      give("late");
      await goAllTheWay(gateway);
      expect(gateway.calls).to.have.lengthOf(1);
      expect(told()).to.be.empty;
    });

    it("while the token is pending and then fails", async () => {
      let fail: (error: Error) => void = () => undefined;
      const credentialToken = () => new Promise<string>((_, reject) => (fail = reject));
      const control = connectTo({ endpoint: await deadEndpoint() }, { credentialToken });
      await turn();
      const told = closeAndListen(control);
      fail(new Error("late"));
      await turn();
      await turn();
      expect(told()).to.be.empty;
    });

    it("while the connection is refused", async () => {
      const endpoint = await deadEndpoint();
      const control = connectTo({ endpoint });
      const told = closeAndListen(control);
      await rejectionOf(connectTo({ endpoint }).ready(), OpControlUnavailableError);
      expect(told()).to.be.empty;
    });

    it("while the gateway has not answered", async () => {
      await using gateway = await HandMadeGateway.start(() => undefined);
      const control = connectTo(gateway, { connectTimeoutMs: 200 });
      const call = await gateway.firstCall();
      const told = closeAndListen(control);
      acceptAndTerminate(call);
      await cancelled(call);
      expect(told()).to.be.empty;
    });

    it("while live, with signals under way", async () => {
      await using gateway = await HandMadeGateway.start();
      const control = connectTo(gateway);
      const call = await gateway.firstCall();
      await control.ready();
      const told = closeAndListen(control);
      for (let index = 0; index < 50; index++) call.write(wire({ opId: OP, signal: 3 }));
      await cancelled(call);
      expect(control.isTerminated(OP)).to.be.false;
      expect(told()).to.be.empty;
    });

    it("while live, from within the handler of a signal that others follow", async () => {
      await using gateway = await HandMadeGateway.start();
      const control = connectTo(gateway);
      const call = await gateway.firstCall();
      await control.ready();
      const signals = record(control.signals$);
      const told = await new Promise<() => readonly unknown[]>((resolve) => {
        const first = control.signals$.subscribe(() => {
          first.unsubscribe();
          resolve(closeAndListen(control, { within: true }));
        });
        for (let index = 0; index < 50; index++) call.write(wire({ opId: OP, signal: 1 }));
      });
      await cancelled(call);
      expect(signals.values).to.have.lengthOf(1);
      expect(told()).to.be.empty;
    });

    it("after the channel has failed", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.PERMISSION_DENIED));
      const control = connectTo(gateway);
      await channelIs(control, "failed");
      const connection = record(control.connection$);
      control.close();
      expect(connection.values.map(({ state }) => state)).to.deep.equal(["failed", "closed"]);
      expect(connection.end).to.equal("completed");
      expect(record(control.awaitOp(OP)).values).to.deep.equal([]);
    });

    it("after the gateway has ended the stream", async () => {
      await using gateway = await DevGateway.start();
      const control = connectTo(gateway);
      await control.ready();
      const closed = channelIs(control, "closed");
      gateway.endStreams();
      await closed;
      const connection = record(control.connection$);
      control.close();
      expect(connection.values.map(({ state }) => state)).to.deep.equal(["closed"]);
    });

    it("again and again", async () => {
      await using gateway = await DevGateway.start();
      const control = connectTo(gateway);
      await control.ready();
      const told = closeAndListen(control);
      control.close();
      control[Symbol.dispose]();
      await subscribed(gateway, 0);
      expect(told()).to.be.empty;
    });
  });

  describe("rejects whoever waits to be ready", () => {
    it("while connecting", async () => {
      await using gateway = await HandMadeGateway.start(() => undefined);
      const control = connectTo(gateway);
      const rejection = rejectionOf(control.ready(), OpControlUnavailableError);
      await gateway.firstCall();
      control.close();
      expect((await rejection).message).to.include("closed");
    });
  });

  describe("is seen by the gateway:", () => {
    it("a live call is cancelled", async () => {
      await using gateway = await DevGateway.start();
      const control = connectTo(gateway);
      await control.ready();
      expect(gateway.subscribers).to.have.lengthOf(1);
      control.close();
      await subscribed(gateway, 0);
    });

    it("a call that it has not answered is cancelled", async () => {
      await using gateway = await HandMadeGateway.start(() => undefined);
      const control = connectTo(gateway);
      const call = await gateway.firstCall();
      control.close();
      await cancelled(call);
    });

    it("the connection is closed", async () => {
      await using gateway = await DevGateway.start();
      await using network = await Network.inFrontOf(gateway);
      const control = connectTo(network);
      await control.ready();
      control.close();
      await network.disconnected();
    });

    it("the connection is closed also when the channel has failed, and close() is never called", async () => {
      await using gateway = await DevGateway.start({ publisher: false });
      await using network = await Network.inFrontOf(gateway);
      await rejectionOf(connectTo(network).ready(), OpControlUnavailableError);
      await network.disconnected();
    });
  });

  describe("leaves nothing open", () => {
    it("after 200 connections that were live", async () => {
      await using gateway = await DevGateway.start();
      const before = await openSockets();
      for (let index = 0; index < 200; index++) {
        const control = connectTo(gateway);
        await control.ready();
        control.close();
      }
      await subscribed(gateway, 0);
      expect(await openSockets(before)).to.be.at.most(before);
    });

    it("after 200 that were closed at once", async () => {
      await using gateway = await DevGateway.start();
      const before = await openSockets();
      for (let index = 0; index < 200; index++) connectTo(gateway, { credentialToken: () => "token" }).close();
      await goAllTheWay(gateway);
      expect(await openSockets(before)).to.be.at.most(before);
    });

    it("after 100 that were closed in the turn in which they connected", async () => {
      await using gateway = await DevGateway.start();
      await using network = await Network.inFrontOf(gateway);
      for (let index = 0; index < 100; index++) {
        const control = connectTo(network);
        await Promise.resolve();
        control.close();
      }
      await sleep(3 * CLIENT_BACKOFF_MS);
      await network.disconnected();
    });

    it("after 100 attempts in a row that were given up at once", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      const before = await openSockets();
      const control = connectTo(server, { connectTimeoutMs: 1, reconnect: { initialDelayMs: 1, maxDelayMs: 1 } });
      await firstValueFrom(control.connection$.pipe(filter(({ attempt }) => attempt > 100)));
      control.close();
      await sleep(3 * CLIENT_BACKOFF_MS);
      expect(server.sockets.filter(({ destroyed }) => !destroyed)).to.be.empty;
      expect(await openSockets(before)).to.be.at.most(before);
    });

    it("after 50 that were refused", async () => {
      await using gateway = await DevGateway.start({ publisher: false });
      const before = await openSockets();
      for (let index = 0; index < 50; index++) {
        const control = connectTo(gateway);
        await rejectionOf(control.ready(), OpControlUnavailableError);
        if (index % 2) control.close();
      }
      expect(await openSockets(before)).to.be.at.most(before);
    });
  });

  describe("lets the process exit by itself", function () {
    this.timeout(30_000);

    const phases = {
      "at once": async () => {
        const gateway = await DevGateway.start();
        return { server: gateway, endpoint: gateway.endpoint, when: "now", until: () => Promise.resolve() };
      },
      "in the turn in which it connects": async () => {
        const gateway = await DevGateway.start();
        return { server: gateway, endpoint: gateway.endpoint, when: "soon", until: () => Promise.resolve() };
      },
      "while the token is pending": async () => {
        const gateway = await DevGateway.start();
        const until = (run: Run) => run.printed("token asked for");
        return { server: gateway, endpoint: gateway.endpoint, when: "token", until };
      },
      "while TCP is connected and silent": async () => {
        const server = await TcpServer.start();
        const until = () => server.firstConnection();
        return { server, endpoint: server.endpoint, when: "told", until };
      },
      "while the gateway has not answered": async () => {
        const gateway = await HandMadeGateway.start(() => undefined);
        const until = () => gateway.firstCall();
        return { server: gateway, endpoint: gateway.endpoint, when: "told", until };
      },
      "while TCP is not accepted": async () => {
        const server = await UnansweredPort.inFrontOf({ port: 1 });
        server.stop();
        const until = async (run: Run) => {
          await run.printed("channel connecting");
          // Nobody hears of a SYN that is dropped.
          await sleep(300);
        };
        return { server, endpoint: server.endpoint, when: "told", until };
      },
      "while it backs off": async () => {
        const server = await TcpServer.start((socket) => socket.destroy());
        const until = (run: Run) => run.printed("channel reconnecting");
        return { server, endpoint: server.endpoint, when: "told", until };
      },
      "while the network is dark": async () => {
        const gateway = await DevGateway.start();
        const server = await FaultProxy.start(gateway);
        const until = async (run: Run) => {
          await run.printed("ready");
          server.blackHole();
        };
        const both = {
          [Symbol.asyncDispose]: async () => {
            await server.close();
            await gateway.close();
          },
        };
        return { server: both, endpoint: server.endpoint, when: "told", until };
      },
      "while live": async () => {
        const gateway = await DevGateway.start();
        const until = (run: Run) => run.printed("ready");
        return { server: gateway, endpoint: gateway.endpoint, when: "told", until };
      },
      "after it has failed": async () => {
        const gateway = await HandMadeGateway.start(refuse(status.PERMISSION_DENIED));
        const until = (run: Run) => run.printed("channel failed");
        return { server: gateway, endpoint: gateway.endpoint, when: "told", until };
      },
    };
    const outcomes = new Map<string, Promise<{ code: unknown; ms: number; stdout: string; stderr: string }>>();

    // All together, for each takes most of a second to start.
    before(() => {
      for (const [name, start] of Object.entries(phases)) {
        const outcome = closeIn(start);
        outcome.catch(() => undefined);
        outcomes.set(name, outcome);
      }
    });

    for (const name of Object.keys(phases)) {
      it(name, async () => {
        const { code, ms, stdout, stderr } = await outcomes.get(name)!;
        expect(stderr).to.equal("");
        expect(code).to.equal(0);
        expect(stdout).to.match(/channel closed\nclose\(\) returned\n$/);
        // A matter of milliseconds; ten seconds is the shortest timer that could keep it.
        expect(ms).to.be.lessThan(5_000);
      });
    }

    async function closeIn(start: (typeof phases)[keyof typeof phases]) {
      const { server, endpoint, when, until } = await start();
      try {
        await using run = new Run([...NODE, SCRIPT, endpoint, when], { typing: true });
        await until(run);
        run.type("close\n");
        await run.printed("close() returned");
        const began = performance.now();
        const code = await Promise.race([run.exitCode(), sleep(8_000, "still running after 8 s", { ref: false })]);
        return { code, ms: performance.now() - began, stdout: run.stdout, stderr: run.stderr };
      } finally {
        await server[Symbol.asyncDispose]();
      }
    }
  });

  /** Closes, and returns what the streams have told since. */
  function closeAndListen(control: OpControlSubscriber, { within = false } = {}): () => readonly unknown[] {
    const { connection$, diagnostics$, ops$, signals$, statuses$ } = control;
    const streams = { connection$, diagnostics$, ops$, signals$, statuses$, status$: control.status(OP) };
    const recordings = Object.entries(streams).map(([name, stream$]) => [name, record<unknown>(stream$)] as const);
    control.close();
    expect(control.streamAlive()).to.be.false;
    const counts = new Map(recordings.map(([name, { values }]) => [name, values.length]));
    if (!within) for (const [name, { end }] of recordings) expect(end, name).to.equal("completed");
    return () =>
      recordings.flatMap(([name, { values, end }]) => {
        expect(end, name).to.equal("completed");
        const late = values.slice(counts.get(name));
        // Closed from within a handler, the streams end when it returns: the channel's last status comes then.
        return within && name === "connection$" ? late.slice(1) : late;
      });
  }
});

function acceptAndTerminate(call: Parameters<typeof accept>[0]): void {
  accept(call);
  call.write(wire({ opId: OP, signal: 3 }));
}

async function goAllTheWay(gateway: { readonly endpoint: string }): Promise<void> {
  using control = connectTo(gateway);
  await control.ready();
}

/** How many sockets this process has open, once it is no more than it was or five seconds have passed. */
async function openSockets(before = Infinity): Promise<number> {
  const deadline = performance.now() + 5_000;
  const count = () => process.getActiveResourcesInfo().filter((type) => type === "TCPSocketWrap").length;
  while (count() > before && performance.now() < deadline) await sleep(5);
  return count();
}
