import { expect } from "chai";
import { firstValueFrom, take, toArray } from "rxjs";
import { pollOps } from "../../../lib/cli/board/pollOps.js";
import type { OpRecord } from "../../../lib/rest/OpRecord.js";

describe("pollOps", () => {
  /** An API server that gives these answers, one after the other. */
  function clientOf(...answers: readonly (readonly OpRecord[] | Error)[]) {
    let count = 0;
    return {
      list: () => {
        const answer = answers[count++] ?? [];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    };
  }

  it("asks at once, and again: what cannot be answered now may be later", async () => {
    const news = pollOps(clientOf(new Error("ECONNREFUSED"), []), false, 1);
    expect(await firstValueFrom(news.pipe(take(2), toArray()))).to.deep.equal([
      { known: false, problem: "ECONNREFUSED" },
      { known: true, records: [] },
    ]);
  });

  it("stays with a server that has answered once, and with one that was named", async () => {
    const news = pollOps(clientOf([], new Error("ECONNREFUSED")), false, 1);
    expect(await firstValueFrom(news.pipe(take(2), toArray()))).to.deep.equal([
      { known: true, records: [] },
      { known: true, problem: "ECONNREFUSED" },
    ]);
    const named = await firstValueFrom(pollOps(clientOf(new Error("ECONNREFUSED")), true));
    expect(named).to.deep.equal({ known: true, problem: "ECONNREFUSED" });
  });

  it("lets go of a question that is not answered when it is left", () => {
    let asked: AbortSignal | undefined;
    const list = ({ signal }: { readonly signal?: AbortSignal } = {}) => {
      asked = signal;
      return new Promise<never>(() => undefined);
    };
    const subscription = pollOps({ list }, false).subscribe();
    return new Promise<void>((resolve) => {
      setTimeout(() => {
        subscription.unsubscribe();
        expect(asked?.aborted).to.be.true;
        resolve();
      }, 5);
    });
  });
});
