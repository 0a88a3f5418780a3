import { expect } from "chai";
import { filter, firstValueFrom } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { accept, HandMadeGateway, US, wire } from "../helpers/gateways.js";
import { OP } from "../helpers/opControl.js";

const TERMINATE = wire({ opId: OP, signal: 3 });

/** Has the event loop stand still, from when what was written is on its way until the clock says so. */
async function stallUntil(end: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < end);
}

describe("An event loop that stands still", () => {
  it("gives up no answer that has arrived in time, nor the TERMINATE behind it", async () => {
    const connectTimeoutMs = 150;
    await using gateway = await HandMadeGateway.start(() => undefined);
    const began = performance.now();
    using control = OpControlSubscriber.connect(gateway.endpoint, { ...US, connectTimeoutMs, reconnect: false });
    const call = await gateway.firstCall();
    accept(call);
    call.write(TERMINATE);
    await stallUntil(began + connectTimeoutMs + 50);
    await control.ready();
    await firstValueFrom(control.status(OP).pipe(filter(({ state }) => state === "terminated")));
  });

  // An old stream is let go half a second after its successor is live.
  for (const [fromMs, toMs] of [
    [440, 520],
    [300, 590],
    [0, 510],
    [0, 700],
  ] as const) {
    it(`from ${fromMs} to ${toMs} ms after a handover loses nothing that came on the old stream`, async () => {
      await using gateway = await HandMadeGateway.start();
      using control = OpControlSubscriber.connect(gateway.endpoint, { ...US, maxStreamAgeMs: 60 });
      await control.ready();
      const old = await gateway.firstCall();
      await firstValueFrom(control.diagnostics$.pipe(filter(({ kind }) => kind === "handover")));
      const began = performance.now();
      await new Promise((resolve) => setTimeout(resolve, fromMs));
      old.write(TERMINATE);
      await stallUntil(began + toMs);
      await new Promise((resolve) => old.once("cancelled", resolve));
      expect(control.isTerminated(OP)).to.be.true;
    });
  }
});
