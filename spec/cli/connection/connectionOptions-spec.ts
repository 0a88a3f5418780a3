import { expect } from "chai";
import { commandOf } from "../../../lib/cli/commandOf.js";
import {
  type Connection,
  type ConnectionArguments,
  connectionOf,
  withConnectionOptions,
} from "../../../lib/cli/connection/connectionOptions.js";
import { resolveConnectOptions } from "../../../lib/options.js";
import { withEnvironment } from "../../helpers/environment.js";

const unset = {
  AA_GATEWAY_ENDPOINT: undefined,
  AA_GATEWAY_CREDENTIAL_TOKEN: undefined,
  AA_GATEWAY_AGENT_ID: undefined,
  AA_AGENT_TEAM_ID: undefined,
  AA_AGENT_ORG_ID: undefined,
};

const REMOTE = "gateway.example.com:443";
const reconnect = { initialDelayMs: 500, maxDelayMs: 4_000 };
const demoAgent = { orgId: "demo", teamId: "demo", agentId: "demo-agent" };

/** What a command with these arguments would connect to, in an environment with these variables only. */
function connection(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Connection {
  return withEnvironment({ ...unset, ...variables }, () => {
    const connections: Connection[] = [];
    const command = withConnectionOptions(commandOf("try", "Try.")).action((parsed: ConnectionArguments) => {
      connections.push(connectionOf(parsed));
    });
    command.configureOutput({ writeErr: () => undefined }).parse(args, { from: "user" });
    const [made] = connections;
    expect(made).to.not.equal(undefined);
    // Whatever it is, connect takes it.
    resolveConnectOptions(made!.endpoint, made!.options);
    return made!;
  });
}

describe("the connection options", () => {
  it("are, where nothing is said, those of a gateway on this machine, as an agent for trying it", () => {
    expect(connection([])).to.deep.equal({
      endpoint: "127.0.0.1:50051",
      options: { ...demoAgent, reconnect },
    });
  });

  it("are taken from the environment", () => {
    expect(
      connection([], {
        AA_GATEWAY_ENDPOINT: REMOTE,
        AA_GATEWAY_CREDENTIAL_TOKEN: "secret",
        AA_GATEWAY_AGENT_ID: "agent-7",
        AA_AGENT_TEAM_ID: "payments",
        AA_AGENT_ORG_ID: "acme",
      }),
    ).to.deep.equal({
      endpoint: REMOTE,
      options: { orgId: "acme", teamId: "payments", agentId: "agent-7", credentialToken: "secret", reconnect },
    });
  });

  it("are what the flags say, whatever the environment does", () => {
    const flags = ["--gateway=127.0.0.1:1", "--agent=a", "--team=t", "--org=o", "--token=flag"];
    const { endpoint, options } = connection(flags, {
      AA_GATEWAY_ENDPOINT: REMOTE,
      AA_GATEWAY_CREDENTIAL_TOKEN: "secret",
      AA_GATEWAY_AGENT_ID: "agent-7",
      AA_AGENT_TEAM_ID: "payments",
      AA_AGENT_ORG_ID: "acme",
    });
    expect(endpoint).to.equal("127.0.0.1:1");
    expect(options).to.deep.equal({ orgId: "o", teamId: "t", agentId: "a", credentialToken: "flag", reconnect });
  });

  it("take a variable that is empty for one that is not set", () => {
    const empty = Object.fromEntries(Object.keys(unset).map((name) => [name, ""]));
    expect(connection([], empty)).to.deep.equal(connection([]));
  });

  it("reach connect: --allow-insecure, --no-reconnect, --when-stale and --stale-after", () => {
    expect(connection(["--gateway", REMOTE, "--agent", "a", "--allow-insecure"]).options).to.include({
      allowInsecure: true,
    });
    expect(connection([]).options).to.not.have.any.keys("allowInsecure", "whenStale", "credentialToken");
    expect(connection(["--no-reconnect"]).options.reconnect).to.equal(false);
    for (const [args, whenStale] of [
      [["--when-stale", "hold"], { then: "hold", graceMs: 10_000 }],
      [["--when-stale", "fail", "--stale-after", "1.5s"], { then: "fail", graceMs: 1_500 }],
      [["--when-stale", "proceed"], { then: "proceed", graceMs: 10_000 }],
      [["--stale-after", "2m"], { then: "proceed", graceMs: 120_000 }],
    ] as const) {
      expect(connection(args).options.whenStale, args.join(" ")).to.deep.equal(whenStale);
    }
  });

  describe("guess the agent", () => {
    for (const endpoint of ["127.0.0.1:50051", "localhost:50051", "[::1]:50051", "unix:/run/gateway.sock"]) {
      it(`of a gateway on this machine: ${endpoint}`, () => {
        expect(connection(["--gateway", endpoint]).options).to.deep.include(demoAgent);
      });
    }

    it("and leave it the team and the organisation that were said", () => {
      expect(connection(["--team", "t"]).options).to.deep.include({ ...demoAgent, teamId: "t" });
      expect(connection([], { AA_AGENT_ORG_ID: "o" }).options).to.deep.include({ ...demoAgent, orgId: "o" });
    });

    it("but add no team or organisation to an agent that was said", () => {
      expect(connection(["--agent", "a"]).options).to.deep.include({ orgId: "", teamId: "", agentId: "a" });
    });

    for (const endpoint of [REMOTE, "10.0.0.1:50051", "localhost.example.com:50051"]) {
      it(`but never of somebody else's: ${endpoint}`, () => {
        const refused = /^agentId must be a non-empty string: --agent \(or AA_GATEWAY_AGENT_ID\)/;
        expect(() => connection(["--gateway", endpoint])).to.throw(TypeError, refused);
        expect(() => connection([], { AA_GATEWAY_ENDPOINT: endpoint })).to.throw(TypeError, refused);
        expect(() => connection([], { AA_GATEWAY_ENDPOINT: endpoint, AA_GATEWAY_AGENT_ID: "" })).to.throw(refused);
      });
    }

    it("nor where it was said to be none", () => {
      expect(() => connection(["--agent", ""])).to.throw(TypeError, /^agentId must be a non-empty string/);
    });
  });

  it("send no token in clear text, and do not repeat it when they refuse that", () => {
    const args = ["--gateway", REMOTE, "--agent", "a", "--allow-insecure", "--token", "s3cret"];
    expect(() => connection(args))
      .to.throw(TypeError, /^credentialToken must be left out/)
      .with.property("message")
      .that.does.not.include("s3cret");
  });

  it("refuse what is no endpoint before they ask who the agent is, and do not repeat it", () => {
    expect(() => connection(["--gateway", "https://user:secret@host"]))
      .to.throw(TypeError, /^endpoint must be /)
      .with.property("message")
      .that.does.not.include("secret");
  });
});
