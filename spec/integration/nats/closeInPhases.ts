// Run as a process of its own: agents listen to a bus, each on a connection of its own or all on one that is "shared",
// and each closes in another phase. The process is to end by itself then, and what is "late" came after close().
import { connect } from "@nats-io/transport-node";
import { take } from "rxjs";
import { jetStreamSignals } from "../../../lib/nats/jetStreamSignals.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";

const [kind = "", ...phases] = process.argv.slice(2);

for (const given of phases) {
  const [phase = "", address = ""] = given.split("=");
  const connection = kind === "shared" ? await connect({ servers: address, maxReconnectAttempts: -1 }) : undefined;
  const control = OpControlSubscriber.from(
    jetStreamSignals({
      agentId: "agent-7",
      ...(connection ? { connection } : { servers: address }),
      // Long enough for what is left open to be noticed.
      connectTimeoutMs: 60_000,
      heartbeatMs: 30_000,
      reconnect: { initialDelayMs: 60_000, maxDelayMs: 60_000 },
    }),
  );
  let isClosed = false;
  const close = (): void => {
    control.close();
    isClosed = true;
    console.log(phase);
    void connection?.close();
  };
  const tell = (): void => {
    if (isClosed) console.log(`${phase} late`);
  };
  control.connection$.subscribe({
    next: ({ state, retryInMs }) => {
      tell();
      if (state === phase || (phase === "waiting" && retryInMs !== undefined)) queueMicrotask(close);
    },
  });
  control.signals$.subscribe(tell);
  if (phase === "replaying") control.signals$.pipe(take(1)).subscribe(() => queueMicrotask(close));
  control.status("an op").subscribe({ next: tell });
  if (phase === "now") close();
  if (phase === "opening" || phase === "unanswered") setTimeout(close, phase === "opening" ? 0 : 200);
}
