import { expect } from "chai";
import fc from "fast-check";
import { inspect } from "node:util";
import {
  type CredentialToken,
  credentialMetadata,
  isSendableToken,
  tokenIn,
} from "../../lib/channel/credentialToken.js";
import { rejectionOf } from "../helpers/record.js";

const HEADER = "x-aa-credential-token";

describe("credentialMetadata", () => {
  it("is empty without a token", async () => {
    expect((await credentialMetadata(undefined)).getMap()).to.deep.equal({});
  });

  const providers: Readonly<Record<string, CredentialToken>> = {
    "a string": "s3cret",
    "a function": () => "s3cret",
    "an async function": () => Promise.resolve("s3cret"),
    "a function that gives a thenable": () => ({ then: (...args) => Promise.resolve("s3cret").then(...args) }),
  };
  for (const [name, credentialToken] of Object.entries(providers)) {
    it(`carries the token of ${name} as ${HEADER}, and nothing else`, async () => {
      expect((await credentialMetadata(credentialToken)).getMap()).to.deep.equal({ [HEADER]: "s3cret" });
    });
  }

  it("asks the function anew each time", async () => {
    let asked = 0;
    const credentialToken = () => `token-${++asked}`;
    expect((await credentialMetadata(credentialToken)).get(HEADER)).to.deep.equal(["token-1"]);
    expect((await credentialMetadata(credentialToken)).get(HEADER)).to.deep.equal(["token-2"]);
  });

  const s3cret = "s3cret";
  const failures: Readonly<Record<string, () => string | PromiseLike<string>>> = {
    "throws an error": () => {
      throw new Error(s3cret);
    },
    "throws what is no error": () => {
      throw s3cret as unknown as Error;
    },
    "rejects with an error": () => Promise.reject(new Error(s3cret, { cause: new Error(s3cret) })),
    "rejects with what is no error": () => Promise.resolve().then(failures["throws what is no error"]),
    "gives an empty token": () => "",
    "gives a token of spaces": () => "   ",
    "gives a token with a newline": () => `${s3cret}\n`,
    "gives a token with a header of its own": () => `${s3cret}\r\nx-other: 1`,
    "gives a token with a NUL": () => `${s3cret}\u0000`,
    "gives a token outside of ASCII": () => `${s3cret}é`,
    "gives undefined": () => undefined as never,
    "gives an object": () => ({ token: s3cret, toString: () => s3cret }) as never,
    "gives bytes": () => Buffer.from(s3cret) as never,
  };
  for (const [name, credentialToken] of Object.entries(failures)) {
    it(`rejects when the function ${name}, and shows nothing of it`, async () => {
      const error = await rejectionOf(credentialMetadata(credentialToken), Error);
      const what = /^(throws|rejects)/.test(name) ? "threw" : "gave no token that can be sent";
      expect(error.message).to.match(new RegExp(`^the credentialToken function ${what}`));
      expect(inspect(error, { depth: Infinity, showHidden: true })).to.not.include(s3cret);
    });
  }
});

describe("tokenIn", () => {
  it("gives the token that was asked for", async () => {
    expect(tokenIn(await credentialMetadata(() => "s3cret"))).to.equal("s3cret");
  });

  it("gives nothing where there is none", async () => {
    expect(tokenIn(await credentialMetadata(undefined))).to.equal(undefined);
  });
});

describe("isSendableToken", () => {
  it("takes a line of visible ASCII, spaces within", () => {
    for (const token of ["x", "a b", "eyJhbGciOi.J9-_~+/=", "!", "~"]) expect(isSendableToken(token)).to.be.true;
  });

  it("takes nothing that is not a string", () => {
    for (const token of [undefined, null, 1, {}, ["x"], Buffer.from("x"), () => "x"]) {
      expect(isSendableToken(token)).to.be.false;
    }
  });

  it("takes exactly what arrives as it was sent", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 3 }),
      fc.string({ unit: "grapheme-ascii", maxLength: 20 }),
      fc.string({ unit: fc.constantFrom("a", "~", "!", " ", "\t", "\n", "\u007f", "é"), maxLength: 4 }),
    );
    fc.assert(
      fc.property(text, (token) => {
        const isAscii = Array.from(token).every((character) => character >= " " && character <= "~");
        expect(isSendableToken(token)).to.equal(isAscii && token !== "" && token.trim() === token);
      }),
    );
  });
});
