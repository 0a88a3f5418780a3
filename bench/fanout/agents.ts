import { gatewaySignals, OpControlSubscriber } from "../../lib/index.js";
import { jetStreamSignals } from "../../lib/nats/index.js";
import { connect } from "@nats-io/transport-node";
import { sharedNow } from "../sender/wire.js";

/** What is asked of the agents of one process. */
export type Question =
  | {
      readonly ask: "open";
      readonly address: string;
      /** Where it is given, they are told by this gateway and not by the bus. */
      readonly gateway: string | undefined;
      readonly from: number;
      readonly count: number;
      readonly shared: boolean;
    }
  /** What the processor has done for them so far. */
  | { readonly ask: "cpuMs" }
  /** When each signal has arrived, since they were opened. */
  | { readonly ask: "arrivals" };

/** The how-manieth signal it is, and when it had been applied for one of the agents, on the clock that processes share. */
export type Arrival = readonly [index: number, at: bigint];

let arrivals: Arrival[] = [];

const answers: Readonly<Record<Question["ask"], (question: Question) => Promise<unknown>>> = {
  open: async (question) => {
    if (question.ask !== "open") return;
    const { address, gateway, from, count, shared } = question;
    const connection = shared ? await connect({ servers: address, maxReconnectAttempts: -1 }) : undefined;
    const opened = Array.from({ length: count }, async (_, index) => {
      const agent = { orgId: "bench", agentId: `agent-${from + index}`, connectTimeoutMs: 60_000 };
      const control = OpControlSubscriber.from(
        gateway === undefined
          ? jetStreamSignals({ ...agent, ...(connection ? { connection } : { servers: address }) })
          : gatewaySignals(gateway, agent),
      );
      let signals = 0;
      control.signals$.subscribe(() => arrivals.push([signals++, sharedNow()]));
      await control.ready();
    });
    await Promise.all(opened);
  },
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return Promise.resolve((user + system) / 1_000);
  },
  arrivals: () => {
    const told = arrivals;
    arrivals = [];
    return Promise.resolve(told);
  },
};

process.on("message", (question: Question) => {
  void answers[question.ask](question).then((answer) => process.send?.({ answer }));
});
process.once("disconnect", () => process.exit());
