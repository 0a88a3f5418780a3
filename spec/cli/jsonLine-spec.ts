import { expect } from "chai";
import fc from "fast-check";
import { jsonLine } from "../../lib/cli/jsonLine.js";
import { runs } from "../helpers/runs.js";

describe("jsonLine", () => {
  it("is one line of JSON", () => {
    expect(jsonLine({ a: 1, b: ["x"], c: { d: null } })).to.equal('{"a":1,"b":["x"],"c":{"d":null}}\n');
  });

  it("leaves out what is undefined", () => expect(jsonLine({ a: undefined })).to.equal("{}\n"));

  it("has a bigint as a string, to its last digit", () => {
    expect(jsonLine({ sequence: 2n ** 64n - 1n })).to.equal('{"sequence":"18446744073709551615"}\n');
  });

  it("escapes what would move a terminal's cursor or break the line, in names as well", () => {
    expect(jsonLine({ id: "\n\r\u001b[2J\u007f\u009b\u2028\u202e" })).to.equal(
      '{"id":"\\n\\r\\u001b[2J\\u007f\\u009b\\u2028\\u202e"}\n',
    );
    expect(jsonLine({ "\u2029": 1 })).to.equal('{"\\u2029":1}\n');
  });

  it("says what it was given, printably, whatever it was given", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (value) => {
        const line = jsonLine(value);
        expect(JSON.parse(line)).to.deep.equal({ ...value });
        expect(line).to.match(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*\n$/);
      }),
      { numRuns: runs(200) },
    );
  });
});
