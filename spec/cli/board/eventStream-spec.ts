import { expect } from "chai";
import { Subject } from "rxjs";
import { eventStream } from "../../../lib/cli/board/eventStream.js";
import { aFewTurns } from "../../helpers/turns.js";

const HALF_MIB = 512 * 1024;

describe("eventStream", () => {
  let events$: Subject<Uint8Array>;
  let snapshots: number;
  let ends: number;
  let reader: ReadableStreamDefaultReader<Uint8Array>;

  beforeEach(() => {
    events$ = new Subject();
    snapshots = 0;
    ends = 0;
    const feed = { events$, snapshot: () => bytes(`snapshot ${++snapshots}`) };
    reader = eventStream(feed, () => ends++).getReader();
  });

  async function read(): Promise<string | undefined> {
    const { value } = await reader.read();
    return value && (value.length > 100 ? `${value.length} bytes` : new TextDecoder().decode(value));
  }

  it("says how soon to come back, gives a snapshot, and then each change as it is", async () => {
    expect(await read()).to.equal("retry: 1000\n\n");
    expect(await read()).to.equal("snapshot 1");
    events$.next(bytes("change 1"));
    events$.next(bytes("change 2"));
    expect([await read(), await read()]).to.deep.equal(["change 1", "change 2"]);
    expect(snapshots).to.equal(1);
  });

  it("leaves out what came before the snapshot, for that is in it", async () => {
    events$.next(bytes("before"));
    await read();
    expect(await read()).to.equal("snapshot 1");
  });

  it("lets nothing pile up for a page that is too slow, and gives it a new snapshot when it has caught up", async () => {
    await read();
    await read();
    for (let count = 0; count < 100; count++) events$.next(new Uint8Array(HALF_MIB));
    expect(await read()).to.equal(`${HALF_MIB} bytes`);
    expect(await read()).to.equal("snapshot 2");
    events$.next(bytes("change"));
    expect(await read()).to.equal("change");
  });

  it("takes no snapshot for a page that does not read", async () => {
    await read();
    await read();
    for (let count = 0; count < 10; count++) {
      events$.next(new Uint8Array(HALF_MIB));
      await aFewTurns();
    }
    expect(snapshots).to.equal(1);
  });

  it("is let go of when the page goes", async () => {
    await reader.cancel();
    expect(events$.observed).to.be.false;
    expect(ends).to.equal(1);
  });

  it("ends with the board", async () => {
    await read();
    await read();
    events$.next(bytes("last"));
    events$.complete();
    expect(await read()).to.equal("last");
    expect((await reader.read()).done).to.be.true;
    expect(ends).to.equal(1);
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
