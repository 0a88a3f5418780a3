import { Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import { isSameAgent, refusalOf } from "../../lib/testing/refusalOf.js";

const us = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
const tokens = { ours: us };
const valid = { "x-aa-credential-token": "ours" };

describe("refusalOf", () => {
  describe("checks in the gateway's order: agent_id, token, owner, publisher", () => {
    const them = { ...us, teamId: "support" };
    const nobody = { ...us, agentId: "" };
    const rows = [
      // agent | headers | tokens | publisher | the first check that fails
      [undefined, {}, tokens, false, status.INVALID_ARGUMENT],
      [undefined, valid, tokens, true, status.INVALID_ARGUMENT],
      [undefined, {}, undefined, true, status.INVALID_ARGUMENT],
      [nobody, {}, tokens, false, status.INVALID_ARGUMENT],
      [nobody, valid, undefined, true, status.INVALID_ARGUMENT],
      [them, {}, tokens, false, status.UNAUTHENTICATED],
      [us, {}, tokens, true, status.UNAUTHENTICATED],
      [us, { "x-aa-credential-token": "another" }, tokens, true, status.UNAUTHENTICATED],
      [us, { "x-aa-credential-token": "" }, tokens, true, status.UNAUTHENTICATED],
      [us, valid, {}, true, status.UNAUTHENTICATED],
      [them, valid, tokens, false, status.PERMISSION_DENIED],
      [them, valid, tokens, true, status.PERMISSION_DENIED],
      [us, valid, tokens, false, status.UNAVAILABLE],
      [us, {}, undefined, false, status.UNAVAILABLE],
      [us, valid, tokens, true, undefined],
      [us, {}, undefined, true, undefined],
      [us, { "x-aa-credential-token": "another" }, undefined, true, undefined],
    ] as const;
    for (const [agent, headers, tokens, publisher, code] of rows) {
      const who = agent === us ? "us" : agent === them ? "another team's agent" : "no agent_id";
      const with_ = Object.entries(headers).map(([, value]) => `token "${value}"`);
      const asked = tokens ? `${Object.keys(tokens).length} valid tokens` : "no tokens asked for";
      const outcome = code === undefined ? "admitted" : status[code];
      it(`${who}, ${with_[0] ?? "no token"}, ${asked}, ${publisher ? "a" : "no"} publisher: ${outcome}`, () => {
        expect(refusalOf(agent, metadata(headers), { tokens, publisher })?.code).to.equal(code);
      });
    }
  });

  describe("takes the token", () => {
    const rows: readonly (readonly [Readonly<Record<string, string>>, boolean])[] = [
      [{ "x-aa-credential-token": "ours" }, true],
      [{ authorization: "Bearer ours" }, true],
      [{ authorization: "bearer ours" }, true],
      [{ authorization: "ours" }, false],
      [{ authorization: "Basic ours" }, false],
      [{ authorization: "Bearer another" }, false],
      [{ "x-aa-credential-token": "ours", authorization: "Bearer another" }, true],
      [{ "x-aa-credential-token": "another", authorization: "Bearer ours" }, false],
    ];
    for (const [headers, admitted] of rows) {
      it(`${admitted ? "of" : "never of"} ${JSON.stringify(headers)}`, () => {
        const refusal = refusalOf(us, metadata(headers), { tokens, publisher: true });
        expect(refusal?.code).to.equal(admitted ? undefined : status.UNAUTHENTICATED);
      });
    }

    for (const token of ["__proto__", "constructor", "toString"]) {
      it(`and knows none by the name of "${token}", which every object has`, () => {
        const refusal = refusalOf(us, metadata({ "x-aa-credential-token": token }), { tokens, publisher: true });
        expect(refusal?.code).to.equal(status.UNAUTHENTICATED);
      });
    }
  });

  it("never repeats a token", () => {
    const refusal = refusalOf(us, metadata({ "x-aa-credential-token": "s3cret" }), { tokens, publisher: true });
    expect(refusal?.details).to.be.a("string").that.does.not.include("s3cret");
  });
});

describe("isSameAgent", () => {
  it("takes the whole triple", () => {
    expect(isSameAgent(us, { ...us })).to.be.true;
    expect(isSameAgent(us, { ...us, orgId: "other" })).to.be.false;
    expect(isSameAgent(us, { ...us, teamId: "other" })).to.be.false;
    expect(isSameAgent(us, { ...us, agentId: "other" })).to.be.false;
  });

  it("takes a part that is left out for an empty one", () => {
    expect(isSameAgent({ agentId: "a" }, { orgId: "", teamId: "", agentId: "a" })).to.be.true;
    expect(isSameAgent({ agentId: "a" }, { orgId: "acme", agentId: "a" })).to.be.false;
  });

  it("never confuses one part with another", () => {
    const part = fc.constantFrom("", "a", "b", "ab", "a:b");
    const agent = fc.record({ orgId: part, teamId: part, agentId: part });
    fc.assert(
      fc.property(agent, agent, (a, b) => {
        expect(isSameAgent(a, b)).to.equal(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

function metadata(headers: Readonly<Record<string, string>>): Metadata {
  const made = new Metadata();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  return made;
}
