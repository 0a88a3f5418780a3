import { expect } from "chai";
import { stopSignals } from "../../../lib/cli/gateway/stopSignals.js";
import { record } from "../../helpers/record.js";

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

describe("stopSignals", () => {
  for (const name of ["SIGTERM", "SIGHUP"] as const) {
    it(`gives ${name}, and catches none after it`, () => {
      const before = NAMES.map((name) => process.listenerCount(name));
      const { values, subscription } = record(stopSignals());
      expect(NAMES.map((name) => process.listenerCount(name))).to.deep.equal(before.map((count) => count + 1));
      process.emit(name);
      expect(values).to.deep.equal([name]);
      expect(subscription.closed).to.equal(true);
      expect(NAMES.map((name) => process.listenerCount(name))).to.deep.equal(before);
    });
  }
});
