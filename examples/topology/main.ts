import { once } from "node:events";
import { Command } from "commander";
import { combineLatest, debounceTime, distinctUntilChanged, map } from "rxjs";
import { rethrow } from "../../lib/cli/rethrow.js";
import { rehearse } from "./rehearsal.js";
import { Topology } from "./Topology.js";

const program = new Command("npm run topology --")
  .description(
    "Starts two development gateways, one NATS server and ten agents: docs/scaling.md's topology. Needs nats-server.",
  )
  .option("--rehearse", "halts the fleet, kills a gateway in the middle, says what came of it and ends", false)
  .parse();
const { rehearse: isRehearsal } = program.opts<{ rehearse: boolean }>();

const SETTLED_MS = 50;

await using topology = await Topology.start();
const { agents, bus, gateways } = topology;
const say = (text: string): void => {
  console.log(text);
};

say(`the bus: NATS on ${bus.address}`);
for (const [index, { endpoint, apiUrl, pid }] of gateways.entries()) {
  const told = agents.filter(({ gateway }) => gateway === endpoint).map(({ id }) => id);
  say(`gateway ${index + 1}: gRPC on ${endpoint}, REST on ${apiUrl}, pid ${String(pid)}; it tells ${told.join(", ")}`);
}
say(`${agents.length} agents work, each of them subscribed to its gateway and to the bus`);

if (isRehearsal) {
  await rehearse(topology, say);
  say("nothing was lost");
} else {
  const [one, two] = gateways;
  say(
    "\nTry, in another terminal:\n" +
      `  npx rx-op-control halt-fleet pause --api ${one.apiUrl}\n` +
      `  kill -9 ${String(one.pid)}\n` +
      `  npx rx-op-control halt-fleet resume --api ${two.apiUrl}\n` +
      "Ctrl-C ends all of it.\n",
  );
  const summary$ = combineLatest(
    agents.map(({ view$ }) =>
      view$.pipe(
        map(({ state }) => state),
        distinctUntilChanged(),
      ),
    ),
  ).pipe(
    debounceTime(SETTLED_MS),
    map((states) => [...new Set(states)].map((state) => `${states.filter((is) => is === state).length} ${state}`)),
    map((parts) => parts.join(", ")),
    distinctUntilChanged(),
  );
  const shown = summary$.subscribe({ next: say, error: rethrow });
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  shown.unsubscribe();
}
