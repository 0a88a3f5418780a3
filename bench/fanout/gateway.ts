import { DevGateway } from "../../lib/testing/index.js";

/** What is asked of a gateway's process. */
export type GatewayQuestion =
  /** To listen, on that bus; the answer is where. */
  { readonly ask: "listen"; readonly address: string } | { readonly ask: "cpuMs" };

process.on("message", (question: GatewayQuestion) => {
  void answerTo(question).then((answer) => process.send?.({ answer }));
});
process.once("disconnect", () => process.exit());

async function answerTo(question: GatewayQuestion): Promise<unknown> {
  if (question.ask === "listen") return (await DevGateway.start({ nats: question.address })).endpoint;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
