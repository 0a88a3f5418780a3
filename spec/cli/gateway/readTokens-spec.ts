import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTokens } from "../../../lib/cli/gateway/readTokens.js";
import { rejectionOf } from "../../helpers/record.js";

const TOKEN = "a-token-that-nobody-should-see";

describe("readTokens", () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    file = join(folder, "tokens.json");
  });

  after(() => rm(folder, { recursive: true }));

  it("gives each token's agent, with what is left out as empty", async () => {
    const agent = { agent_id: "agent-7", team_id: "payments", org_id: "acme" };
    await write(
      JSON.stringify({ one: agent, "two words": { agent_id: "agent-8" } }).replace(
        "}",
        '},"__proto__":{"agent_id":"x"}',
      ),
    );
    const tokens = await readTokens(file);
    expect(Object.entries(tokens)).to.deep.equal([
      ["one", { agentId: "agent-7", teamId: "payments", orgId: "acme" }],
      ["__proto__", { agentId: "x", teamId: "", orgId: "" }],
      ["two words", { agentId: "agent-8", teamId: "", orgId: "" }],
    ]);
  });

  it("gives none of a file with none: then nobody gets in", async () => {
    await write("{}");
    expect(await readTokens(file)).to.deep.equal({});
  });

  const agent = `{ "agent_id": "agent-7" }`;
  const wrong: Readonly<Record<string, readonly [string, RegExp]>> = {
    "text that is no JSON": [TOKEN, / is not JSON$/],
    "JSON that breaks off, in its third line": [`{\n"${TOKEN}":\n${agent} ${TOKEN}`, / is not JSON, in line 3$/],
    "an empty file": ["", / is not JSON$/],
    "a list": [`["${TOKEN}"]`, / must be an object$/],
    "a text": [`"${TOKEN}"`, / must be an object$/],
    "a token of two lines": [`{ "${TOKEN}\\nx": ${agent} }`, /: entry 1's token must be a non-empty line of ASCII$/],
    "an empty token": [`{ "": ${agent} }`, /: entry 1's token must be /],
    "an agent that is only an id": [`{ "x": ${agent}, "${TOKEN}": "agent-7" }`, /: entry 2's agent must be an object$/],
    "no agent_id": [
      `{ "${TOKEN}": { "team_id": "payments" } }`,
      /: entry 1's agent\.agent_id must be a non-empty string$/,
    ],
    "an empty agent_id": [
      `{ "${TOKEN}": { "agent_id": "" } }`,
      /: entry 1's agent\.agent_id must be a non-empty string$/,
    ],
    "a team_id that is no text": [
      `{ "${TOKEN}": { "agent_id": "x", "team_id": 7 } }`,
      /: entry 1's agent\.team_id must be a string$/,
    ],
    "an org_id that is none": [
      `{ "${TOKEN}": { "agent_id": "x", "org_id": null } }`,
      /: entry 1's agent\.org_id must be a string$/,
    ],
    "a misspelt field": [
      `{ "${TOKEN}": { "agentId": "x" } }`,
      /: entry 1's agent\.agentId must be spelt as .*agent_id, team_id, org_id$/,
    ],
  };
  for (const [name, [text, message]] of Object.entries(wrong)) {
    it(`names the file and what is wrong with it, and never a token: ${name}`, async () => {
      await write(text);
      const error = await rejectionOf(readTokens(file), TypeError);
      expect(error.message)
        .to.match(/^--tokens .*tokens\.json/)
        .and.match(message);
      expect(error.message).to.not.include("nobody-should-see");
    });
  }

  it("says why a file cannot be read", async () => {
    const error = await rejectionOf(readTokens(join(folder, "missing.json")), TypeError);
    expect(error.message).to.match(/^--tokens cannot be read: ENOENT.*missing\.json/);
    expect((await rejectionOf(readTokens(folder), TypeError)).message).to.match(/^--tokens cannot be read: EISDIR/);
  });

  function write(text: string): Promise<void> {
    return writeFile(file, text);
  }
});
