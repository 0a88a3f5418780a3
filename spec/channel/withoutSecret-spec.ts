import { expect } from "chai";
import fc from "fast-check";
import { withoutSecret } from "../../lib/channel/withoutSecret.js";

const SHOWN = "[credential token]";

/** What a header can carry, with much of what encoders escape, and what looks escaped already. */
const token = fc
  .array(fc.oneof(fc.string({ unit: "grapheme-ascii", maxLength: 4 }), fc.constantFrom("%41", "%", "+/=", " ")))
  .map((parts) => `x${parts.join("")}x`);

describe("withoutSecret", () => {
  for (const [guise, text] of [
    ["as it is", "AbC+/s3cret tok~en%41=="],
    ["in lower case", "abc+/s3cret tok~en%41=="],
    ["in upper case", "ABC+/S3CRET TOK~EN%41=="],
    ["escaped as in a URL", "AbC%2B%2Fs3cret%20tok~en%2541%3D%3D"],
    ["escaped with small digits", "AbC%2b%2fs3cret%20tok~en%2541%3d%3d"],
    ["escaped but for the slash, as some encoders do", "AbC%2B/s3cret%20tok~en%2541%3D%3D"],
    ["escaped more than need be", "%41bC%2B%2Fs3cret%20tok%7Een%2541%3D%3D"],
    ["escaped and in lower case", "abc%2b%2fs3cret%20tok~en%2541%3d%3d"],
  ] as const) {
    it(`replaces it ${guise}, however often it is there, and keeps the rest`, () => {
      const peer = `É%20"${text}" is no Token (${text})\n`;
      expect(withoutSecret(peer, "AbC+/s3cret tok~en%41==")).to.equal(`É%20"${SHOWN}" is no Token (${SHOWN})\n`);
    });
  }

  it("replaces any token in any of these guises", () => {
    const guises = fc.constantFrom<(secret: string) => string>(
      (secret) => secret,
      (secret) => secret.toLowerCase(),
      (secret) => secret.toUpperCase(),
      encodeURIComponent,
      (secret) => encodeURIComponent(secret).toLowerCase(),
    );
    fc.assert(
      fc.property(token, guises, (secret, inGuise) => {
        expect(withoutSecret(`<${inGuise(secret)}>`, secret)).to.equal(`<${SHOWN}>`);
      }),
    );
  });

  it("keeps a text that does not repeat it, character by character", () => {
    for (const text of ["", "s3cre", "s3cre t", "%", "%7", "%7g", "%73%33", "İ\u2028😀\n%20S"]) {
      expect(withoutSecret(text, "s3cret")).to.equal(text);
    }
  });

  it("finds it behind what makes an escape of its beginning", () => {
    expect(withoutSecret("50%deadbeef", "deadbeef")).to.equal(`50%${SHOWN}`);
  });

  it("finds it behind letters that are two in lower case", () => {
    expect(withoutSecret("İİİ s3cret é", "s3cret")).to.equal(`İİİ ${SHOWN} é`);
  });

  it("takes a secret that its own replacement holds, and one that looks escaped", () => {
    expect(withoutSecret("a token", "token")).to.equal(`a ${SHOWN}`);
    for (const text of ["%41", "%2541"]) expect(withoutSecret(text, "%41")).to.equal(SHOWN);
  });

  it("takes a secret of any length", () => {
    const secret = "aB%".repeat(100_000);
    expect(withoutSecret(`"${secret}"`, secret)).to.equal(`"${SHOWN}"`);
  });
});
