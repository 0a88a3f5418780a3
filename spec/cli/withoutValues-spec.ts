import { expect } from "chai";
import { withoutValues } from "../../lib/cli/withoutValues.js";

describe("withoutValues", () => {
  for (const [said, left] of [
    ["error: unknown option '--nope'\n(Did you mean --op?)", "error: unknown option '--nope'\n(Did you mean --op?)"],
    [
      "error: unknown option '--tokn=SECRET'\n(Did you mean --token?)",
      "error: unknown option '--tokn…'\n(Did you mean --token?)",
    ],
    ["error: unknown option '--tokn=SE'CRET'", "error: unknown option '--tokn…'"],
    ["error: unknown option '--tokn=SE\nCRET'", "error: unknown option '--tokn…'"],
    ["error: unknown option '--tokensecret'", "error: unknown option '--token…'"],
    ["error: unknown option '--TOKENsecret'", "error: unknown option '--TOKEN…'"],
    ["error: unknown option '-tokensecret'", "error: unknown option '-token…'"],
    ["error: unknown option '--tokSECRET'", "error: unknown option '--tok…'"],
    ["error: unknown option '--tok:secret'", "error: unknown option '--tok…'"],
    ["error: unknown option '-tsecret'", "error: unknown option '-t…'"],
    ["error: unknown option '-t'", "error: unknown option '-t'"],
    ["error: unknown command 'token=SECRET'", "error: unknown command 'token…'"],
    ["error: unknown command 'dmeo'\n(Did you mean demo?)", "error: unknown command 'dmeo'\n(Did you mean demo?)"],
    [
      "error: option '--stale-after <duration>' argument '--token=SECRET' is invalid. It must be a duration.",
      "error: option '--stale-after <duration>' argument '--token…' is invalid. It must be a duration.",
    ],
    [
      "error: option '--stale-after <duration>' argument '5x' is invalid. It must be a duration.",
      "error: option '--stale-after <duration>' argument '5x' is invalid. It must be a duration.",
    ],
    ["error: option '--token <token>' argument missing", "error: option '--token <token>' argument missing"],
    ["error: too many arguments for 'demo'.", "error: too many arguments for 'demo'."],
  ] as const) {
    it(`leaves of ${JSON.stringify(said)} ${JSON.stringify(left)}`, () => expect(withoutValues(said)).to.equal(left));
  }
});
