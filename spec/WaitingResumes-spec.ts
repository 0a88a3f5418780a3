import { expect } from "chai";
import { WaitingResumes } from "../lib/WaitingResumes.js";
import { AGENT, FLEET } from "./helpers/opControl.js";
import { timesSlower } from "./helpers/timesSlower.js";

/** A RESUME waits for each of these scopes, and is named as its scope is, in capitals. */
function holding(...scopes: string[]): WaitingResumes<string> {
  const resumes = new WaitingResumes<string>(10);
  for (const scope of scopes) resumes.hold(scope, scope.toUpperCase());
  return resumes;
}

describe("WaitingResumes", () => {
  it("starts a batch once, and releases what waits in it in the order of arrival", () => {
    const resumes = holding("a", "b");
    const batch = resumes.start()!;
    expect(resumes.start()).to.be.undefined;
    resumes.hold("c", "C");
    expect([...resumes.release(batch)]).to.deep.equal(["A", "B", "C"]);
    expect([...resumes.release(batch)]).to.deep.equal([]);
  });

  it("has none to start where nothing waits", () => {
    const resumes = holding();
    expect(resumes.start()).to.be.undefined;
    resumes.hold("a", "A");
    resumes.drop("a");
    expect(resumes.start()).to.be.undefined;
  });

  it("lets what comes later wait in the next batch, once one is closed", () => {
    const resumes = holding("a");
    const batch = resumes.start()!;
    resumes.close(batch);
    resumes.hold("b", "B");
    const next = resumes.start()!;
    resumes.close(batch);
    resumes.hold("c", "C");
    expect([...resumes.release(batch)]).to.deep.equal(["A"]);
    expect([...resumes.release(next)]).to.deep.equal(["B", "C"]);
  });

  it("keeps the latest of a scope only, where that was held", () => {
    const resumes = holding("a", "b");
    const batch = resumes.start()!;
    resumes.close(batch);
    resumes.hold("a", "A again");
    expect([...resumes.release(batch)]).to.deep.equal(["B"]);
    expect([...resumes.release(resumes.start()!)]).to.deep.equal(["A again"]);
  });

  it("drops what is to wait no more, and minds nothing that does not wait", () => {
    const resumes = holding("a", "b");
    resumes.drop("a");
    resumes.drop("never held");
    expect([...resumes.release(resumes.start()!)]).to.deep.equal(["B"]);
  });

  it("releases nothing that was dropped, or came anew, by what came of one before it", () => {
    const resumes = holding("a", "b", "c", "d");
    const batch = resumes.start()!;
    resumes.close(batch);
    const released: string[] = [];
    for (const resume of resumes.release(batch)) {
      released.push(resume);
      resumes.drop("b");
      if (resume === "A") resumes.hold("c", "C again");
    }
    expect(released).to.deep.equal(["A", "D"]);
    expect([...resumes.release(resumes.start()!)]).to.deep.equal(["C again"]);
  });

  it("gathers all of them in one batch that is yet to start, and leaves none in those before", () => {
    const resumes = holding("a");
    const first = resumes.start()!;
    resumes.close(first);
    resumes.hold("b", "B");
    const second = resumes.start()!;
    resumes.gather();
    resumes.hold("c", "C");
    for (const batch of [first, second]) {
      expect([...resumes.release(batch)]).to.deep.equal([]);
      resumes.close(batch);
    }
    expect([...resumes.release(resumes.start()!)]).to.deep.equal(["A", "B", "C"]);
  });

  it("refuses a further one where there is no room, but for the agent, the fleet and those that it knows", () => {
    const resumes = new WaitingResumes<string>(2);
    const held = ["a", "b", "c", AGENT, FLEET, "b"].map((scope) => resumes.hold(scope, scope));
    expect(held).to.deep.equal([true, true, false, true, true, true]);
  });

  it("counts what it refuses until half of the room is free again", () => {
    const resumes = new WaitingResumes<string>(4);
    for (const scope of ["a", "b", "c", "d", "e", "f"]) resumes.hold(scope, scope);
    expect(resumes.refusals).to.equal(2);
    resumes.drop("a");
    expect(resumes.refusals).to.equal(2);
    resumes.drop("b");
    expect(resumes.refusals).to.equal(0);
  });

  it("takes time that is linear in how many wait", function () {
    this.timeout(20_000);
    const times = timesSlower(5_000, 50_000, (count) => () => {
      const resumes = new WaitingResumes<number>(count);
      for (const round of [1, 2]) {
        for (let index = 0; index < count; index++) resumes.hold(`op:${index}`, round);
        resumes.gather();
        const batch = resumes.start()!;
        resumes.close(batch);
        for (let index = 0; index < count; index += 2) resumes.drop(`op:${index}`);
        Array.from(resumes.release(batch));
      }
    });
    expect(times).to.be.lessThan(40);
  });
});
