import { expect } from "chai";
import { opVerdict, type OpVerdict } from "../../../lib/cli/exec/opVerdict.js";
import { testScheduler } from "../../helpers/marbles.js";
import { statuses } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";
import { EMPTY, throwError } from "rxjs";

const verdicts: Readonly<Record<string, OpVerdict>> = {
  r: { state: "running", scope: "op" },
  p: { state: "paused", scope: "op" },
  t: { state: "terminated", scope: "op" },
};

describe("opVerdict", () => {
  it("tells what the op may do, up to its terminate", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r--p--r--t--r", statuses);
      const subs = "      ^--------!   ";
      const expected = "  r--p--r--(t|)";

      expectObservable(opVerdict(status)).toBe(expected, verdicts);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("tells that nobody can say so any more when the statuses fail, and when they only end", () => {
    const error = new Error("the channel has failed");
    expect(record(opVerdict(throwError(() => error))).values).to.deep.equal([{ state: "unknown", reason: error }]);
    const [closed] = record(opVerdict(EMPTY)).values;
    expect(closed).to.include({ state: "unknown" });
    expect(closed).to.have.property("reason").that.is.an("error").with.property("message", "the channel was closed");
  });
});
