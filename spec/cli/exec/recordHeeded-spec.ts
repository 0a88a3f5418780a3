import { expect } from "chai";
import { lastValueFrom, toArray } from "rxjs";
import { recordHeeded } from "../../../lib/cli/exec/recordHeeded.js";
import type { ReadyOptions } from "../../../lib/OpControlSubscriber.js";
import { record } from "../../helpers/record.js";
import { testScheduler } from "../../helpers/marbles.js";

const NEVER_READY = { ready: () => new Promise<void>(() => undefined) };

describe("recordHeeded", () => {
  it("is false until the subscriber has heeded it", async () => {
    const asked: ReadyOptions[] = [];
    let heed: () => void = () => undefined;
    const ready = (options: ReadyOptions = {}): Promise<void> => {
      asked.push(options);
      return new Promise((resolve) => (heed = resolve));
    };
    const heeded$ = recordHeeded({ ready }, 60_000);
    const told = lastValueFrom(heeded$.pipe(toArray()));
    heed();
    expect(await told).to.deep.equal([false, true]);
    expect(asked).to.deep.equal([{ reconciled: true }]);
  });

  it("gives up waiting", () => {
    testScheduler().run(({ expectObservable }) => {
      expectObservable(recordHeeded(NEVER_READY, 4)).toBe("n---(y|)", { n: false, y: true });
    });
  });

  it("leaves it to others to tell that the channel has failed", async () => {
    const failed = { ready: () => Promise.reject(new Error("failed")) };
    const { values, end } = record(recordHeeded(failed, 60_000));
    await Promise.resolve();
    expect([values, end]).to.deep.equal([[false], undefined]);
  });
});
