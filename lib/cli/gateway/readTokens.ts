import { readFile } from "node:fs/promises";
import { isSendableToken } from "../../channel/credentialToken.js";
import { check, checkObject, checkOptions } from "../../check.js";
import type { AgentIdentity } from "../../options.js";
import { describeError, printable } from "../../printable.js";

/** The agent of a token, with the names of the wire. */
interface WireAgent {
  readonly agent_id: string;
  readonly team_id?: string;
  readonly org_id?: string;
}

const NAMES = ["agent_id", "team_id", "org_id"];

/**
 * The credential tokens of a file, each with its agent: `{ "<token>": { "agent_id": …, "team_id": …, "org_id": … } }`.
 *
 * @throws TypeError that names the file and what is wrong with it, and never a token: entries go by their number.
 */
export async function readTokens(file: string): Promise<Readonly<Record<string, AgentIdentity>>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new TypeError(`--tokens cannot be read: ${describeError(error)}`);
  });
  const name = `--tokens ${printable(file)}`;
  const tokens = parsedJson(text, name);
  checkObject(name, tokens);
  return Object.fromEntries(
    Object.entries(tokens).map(([token, agent]: [string, unknown], index) => {
      const entry = `${name}: entry ${index + 1}`;
      check(isSendableToken(token), `${entry}'s token`, "a non-empty line of ASCII");
      return [token, agentOf(agent, `${entry}'s agent`)];
    }),
  );
}

/** What JSON.parse says about a text quotes it. */
function parsedJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = / at position (\d+)/.exec(String(error))?.[1];
    const lines = position === undefined ? [] : text.slice(0, Number(position)).split("\n");
    throw new TypeError(`${name} is not JSON${lines.length > 0 ? `, in line ${lines.length}` : ""}`);
  }
}

function agentOf(value: unknown, name: string): AgentIdentity {
  checkOptions(value, NAMES, name);
  const { agent_id: agentId, team_id: teamId = "", org_id: orgId = "" } = value as WireAgent;
  check(typeof agentId === "string" && agentId !== "", `${name}.agent_id`, "a non-empty string");
  check(typeof teamId === "string", `${name}.team_id`, "a string");
  check(typeof orgId === "string", `${name}.org_id`, "a string");
  return { orgId, teamId, agentId };
}
