import { expect } from "chai";
import { once } from "node:events";
import { FaultProxy } from "../../lib/testing/FaultProxy.js";
import { GatewayProcess } from "./GatewayProcess.js";
import { NODE, Run } from "./processes.js";
import { RawStream } from "./RawStream.js";
import { rejectionOf } from "./record.js";

describe("GatewayProcess", function () {
  this.timeout(30_000);
  let gateway: GatewayProcess;

  before(async () => {
    gateway = await GatewayProcess.start();
  });

  after(() => gateway.kill());

  it("is a gateway that does what it is told", async () => {
    using stream = await new RawStream(gateway).subscribed();
    await gateway.subscribed(1);
    await gateway.signal("op", "TERMINATE");
    await gateway.haltFleet("PAUSE");
    await gateway.send({ opId: "raw", signal: 99, sequence: 2n ** 64n - 1n });
    await stream.received(3);
    expect(stream.messages).to.deep.equal([
      { opId: "op", signal: 3, sequence: 0n },
      { opId: "*", signal: 1, sequence: 1n },
      { opId: "raw", signal: 99, sequence: 2n ** 64n - 1n },
    ]);
    await gateway.endStreams();
    expect((await stream.ended).code).to.equal("OK");
    await gateway.subscribed(0);
  });

  it("is a firehose of every kind", async () => {
    for (const [kind, first, last] of [
      ["valid", "firehose", "firehose"],
      ["empty", "", ""],
      ["unique", "firehose:0", "firehose:1999"],
    ] as const) {
      using stream = await new RawStream(gateway).subscribed();
      await gateway.firehose(kind, 2_000);
      const opIds = await stream.received(2_000);
      expect([opIds.length, opIds[0], opIds.at(-1)]).to.deep.equal([2_000, first, last]);
    }
  });

  it("stops in the middle of its streams, and goes on with what it was told meanwhile", async () => {
    using stream = await new RawStream(gateway).subscribed();
    gateway.stop();
    const told = gateway.signal("op", "PAUSE");
    using silent = new RawStream(gateway);
    // The machine takes a connection in for a process that is stopped, and that is all.
    const outcome = await Promise.race([silent.subscribed(), told, once(silent.call, "status"), later()]);
    expect([outcome, stream.messages]).to.deep.equal(["nothing yet", []]);
    gateway.cont();
    await told;
    expect(await stream.received(1)).to.deep.equal(["op"]);
    await silent.subscribed();
  });

  it("dies, and is there again on the same port", async () => {
    const { endpoint } = gateway;
    using stream = await new RawStream(gateway).subscribed();
    await gateway.subscribed(1);
    gateway.stop();
    await gateway.kill();
    expect((await stream.ended).code).not.to.equal("OK");
    expect(gateway.subscribers).to.equal(0);
    await rejectionOf(gateway.signal("op", "PAUSE"), Error);
    await gateway.restart();
    expect(gateway.endpoint).to.equal(endpoint);
    using again = await new RawStream(gateway).subscribed();
    await gateway.signal("op", "PAUSE");
    expect((await again.received(1), again.messages[0]?.sequence)).to.equal(0n);
  });

  it("says that somebody else keeps its port, having asked for it for a while", async () => {
    await gateway.kill();
    const other = await FaultProxy.start(gateway, { port: gateway.port });
    const { message } = await rejectionOf(gateway.restart(), Error);
    expect(message).to.contain(`port ${gateway.port} `).and.contain("EADDRINUSE");
    expect(isAlive(gateway.pid!)).to.equal(false);
    await other.close();
    await gateway.restart();
  });

  it("says why it cannot start", async () => {
    expect((await rejectionOf(GatewayProcess.start(gateway.port), Error)).message).to.contain("EADDRINUSE");
  });

  for (const end of ["process.exit()", 'process.kill(process.pid, "SIGKILL")']) {
    it(`dies with its parent: ${end}`, async () => {
      const script = `
        import { GatewayProcess } from "./spec/helpers/GatewayProcess.ts";
        const gateway = await GatewayProcess.start();
        if (${end.length} < 20) gateway.stop();
        console.log(gateway.pid + " is up");
        ${end};
      `;
      await using run = new Run([...NODE, "--input-type=module", "--eval", script]);
      await run.exitCode();
      const pid = Number.parseInt(run.stdout, 10);
      expect(pid, run.stderr).to.be.greaterThan(1);
      while (isAlive(pid)) await later();
    });
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What a process that is stopped does cannot be awaited, only that it does nothing for a while. */
function later(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve("nothing yet"), 100));
}
