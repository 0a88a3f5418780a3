import { type Command, InvalidArgumentError, Option } from "commander";
import { commandOf } from "../commandOf.js";
import type { GatewayArguments } from "./runGateway.js";

const DETAILS = `
If AASM_API_KEY is set, the REST API requires it as a bearer key.

--tokens names a file of JSON, the agents by their tokens:
  { "<token>": { "agent_id": "agent-7", "team_id": "payments", "org_id": "acme" } }

On a terminal, type pause, resume or terminate, and an op, or * for the whole fleet; "ops" lists the ops. An op that is not
registered is said to every agent that is subscribed here, and to no bus.

An op that was registered without an agent (register does so without --agent) is everybody's: its signals go to every subscriber, where the real
gateway sends none.

With --nats, what operators do is published to the bus, and what is published there goes to the agents of every gateway
on it. The stream is created where there is none. An op without an agent is refused then: the bus has no subject for it.

Exit codes:
  0  it was told to stop (Ctrl-C, SIGTERM, on a terminal also Ctrl-D)
  2  wrong usage, or a wrong file of tokens
  4  it cannot listen, or the bus has a stream that is not for signals, or refuses us`;

/** `rx-op-control gateway`: a gateway for development. */
export function gatewayCommand(): Command {
  return commandOf(
    "gateway",
    "Run a gateway for development: gRPC for agents, and the REST API for operators. Prints a line for each agent that " +
      "comes or goes, and for what operators do.",
    [
      "rx-op-control gateway",
      "rx-op-control gateway --port 50052 --api-port 0 --json",
      "rx-op-control gateway --tokens tokens.json",
      "rx-op-control gateway --nats 127.0.0.1:4222",
      `curl -X POST -H 'content-type: application/json' -d '{"op_id":"demo:1","agent_id":"agent-7"}' http://127.0.0.1:7700/api/v1/ops`,
    ],
  )
    .option("--port <port>", "the port for agents; 0 takes a free one", portNumber, 50051)
    .option("--api-port <port>", "the port for operators; 0 takes a free one", portNumber, 7700)
    .option("--host <host>", "the name or address to listen on", "127.0.0.1")
    .option("--tokens <file>", "ask agents for a credential token, one of this file's (default: ask for none)")
    .addOption(
      new Option(
        "--nats <servers>",
        "a bus to share with other gateways: NATS with JetStream, as host:port, several with commas in between",
      ).env("AA_OPCONTROL_NATS_URL"),
    )
    .option("--json", "NDJSON on standard output")
    .addHelpText("after", DETAILS)
    .action(async (args: GatewayArguments) => {
      // What grpc-js prints beside an error is what the error says.
      process.env["GRPC_VERBOSITY"] ??= "NONE";
      const { runGateway } = await import("./runGateway.js");
      process.exitCode = await runGateway(args);
    });
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError("It must be a port, from 0 to 65535.");
  return port;
}
