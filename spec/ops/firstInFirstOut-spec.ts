import { expect } from "chai";
import { firstInFirstOut } from "../../lib/ops/firstInFirstOut.js";

describe("firstInFirstOut", () => {
  it("hands each event on at once where nothing is being handled", () => {
    const handled: string[] = [];
    const send = firstInFirstOut<string>((event) => {
      handled.push(event);
    });
    send("a");
    expect(handled).to.deep.equal(["a"]);
    send("b");
    expect(handled).to.deep.equal(["a", "b"]);
  });

  it("handles one event to its end before the next, which handling it has caused", () => {
    const log: string[] = [];
    const send = firstInFirstOut<string>((event) => {
      log.push(`${event} begins`);
      if (event === "a") send("b");
      log.push(`${event} ends`);
    });
    send("a");
    expect(log).to.deep.equal(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("keeps the order of arrival over events that cause events", () => {
    const causes: Record<string, string[]> = { a: ["b", "c"], b: ["d"], c: ["e"], d: ["f"] };
    const handled: string[] = [];
    const send = firstInFirstOut<string>((event) => {
      handled.push(event);
      for (const caused of causes[event] ?? []) send(caused);
    });
    send("a");
    expect(handled.join("")).to.equal("abcdef");
  });

  it("tells everyone of a PAUSE before anyone of the TERMINATE that one of them reacts with", () => {
    const heard: string[] = [];
    const listeners = [
      (signal: string) => {
        heard.push(`first ${signal}`);
        if (signal === "PAUSE") send("TERMINATE");
      },
      (signal: string) => {
        heard.push(`second ${signal}`);
      },
    ];
    const send = firstInFirstOut<string>((signal) => {
      for (const listener of listeners) listener(signal);
    });
    send("PAUSE");
    expect(heard).to.deep.equal(["first PAUSE", "second PAUSE", "first TERMINATE", "second TERMINATE"]);
  });

  it("has handled all that was caused by the time that the call returns, however deep it goes", () => {
    let handled = 0;
    const send = firstInFirstOut<number>((event) => {
      handled++;
      if (event > 0) send(event - 1);
    });
    send(200_000);
    expect(handled).to.equal(200_001);
  });

  it("is a queue of its own each time", () => {
    const log: string[] = [];
    const one = firstInFirstOut<string>((event) => {
      two(event);
      log.push(`one ${event}`);
    });
    const two = firstInFirstOut<string>((event) => {
      log.push(`two ${event}`);
    });
    one("a");
    expect(log).to.deep.equal(["two a", "one a"]);
  });

  describe("when handling an event throws", () => {
    const failure = new Error("cannot handle it");

    it("lets the sender know, and takes up the next event", () => {
      const handled: string[] = [];
      const send = firstInFirstOut<string>((event) => {
        if (event === "a") throw failure;
        handled.push(event);
      });
      expect(() => send("a")).to.throw(failure);
      send("b");
      expect(handled).to.deep.equal(["b"]);
    });

    it("loses none of those that wait behind it: one of them may be a TERMINATE", () => {
      const handled: string[] = [];
      const send = firstInFirstOut<string>((event) => {
        handled.push(event);
        if (event === "PAUSE") {
          send("TERMINATE");
          throw failure;
        }
      });
      try {
        send("PAUSE");
      } catch (thrown) {
        expect(thrown).to.equal(failure);
      }
      expect(handled).to.deep.equal(["PAUSE", "TERMINATE"]);
    });
  });
});
