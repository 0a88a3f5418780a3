// A gateway for development, to be the operator of: `npm run gateway` (or `npm run gateway -- 50052`), and in another
// terminal `npm start -- --gateway 127.0.0.1:50051`. End it with Ctrl-C and start it again: the agent comes back.
import { createInterface } from "node:readline";
import { DevGateway } from "../lib/testing/index.js";

const SIGNALS = { pause: "PAUSE", resume: "RESUME", terminate: "TERMINATE" } as const;
const HELP = "type: pause | resume | terminate, and an op such as demo:1, or * for the whole fleet";

const port = Number(process.argv[2] ?? 50051);
const gateway = await DevGateway.start({ port }).catch((error: unknown) => {
  console.error(`cannot listen on port ${port}: ${error instanceof Error ? error.message : String(error)}`);
  return process.exit(1);
});
console.log(`gateway for development, listening on ${gateway.endpoint}`);
console.log(HELP);
gateway.subscribers$.subscribe({
  next: (agents) => {
    console.log(`subscribed: ${agents.map(({ agentId }) => agentId).join(", ") || "nobody"}`);
  },
  error: console.error,
});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb = "", opId = ""] = line.trim().split(/\s+/);
  if (Object.hasOwn(SIGNALS, verb) && opId !== "") gateway.signal(opId, SIGNALS[verb as keyof typeof SIGNALS]);
  else console.log(HELP);
}
await gateway.close();
