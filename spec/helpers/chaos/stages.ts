import type { AgentIdentity, ConnectOptions } from "../../../lib/options.js";
import { isSameAgent } from "../../../lib/testing/refusalOf.js";
import type { Belongings } from "./Belongings.js";
import { ChaosAgent } from "./ChaosAgent.js";
import type { ChaosRun } from "./ChaosRun.js";
import { childFaults } from "./childFaults.js";
import { ChildSite } from "./ChildSite.js";
import type { Fault } from "./Fault.js";
import { localFaults } from "./localFaults.js";
import { LocalSite } from "./LocalSite.js";
import { http2Faults, networkFaults } from "./networkFaults.js";
import type { Site } from "./Site.js";
import { clientTls } from "./tls.js";

const US = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
const THEM = { orgId: "acme", teamId: "support", agentId: "agent-8" };

/** What any of them would set in production, at a pace that a run of some seconds can see. */
const common: ConnectOptions = {
  ...US,
  reconnect: { initialDelayMs: 50, maxDelayMs: 400 },
  connectTimeoutMs: 1_500,
  keepalive: { intervalMs: 24 * 60 * 60_000, timeoutMs: 1_500 },
};

/** Notices by itself that nobody is there. */
const pinging = { keepalive: { intervalMs: 1_000, timeoutMs: 1_500 } };

const hold = { whenStale: { then: "hold", graceMs: 800 } } as const;
const aging = { maxStreamAgeMs: 3_000 };

/** A gateway with what can be done to it. */
export interface Stage {
  readonly site: Site;
  readonly faults: readonly Fault[];
  readonly agents: readonly ChaosAgent[];
}

/** Three gateways and six subscribers, which between them have every option that matters to the channel. */
export async function startStages(run: ChaosRun, opened: Belongings): Promise<readonly Stage[]> {
  const tokens: Record<string, AgentIdentity> = { "token-us": US, "token-them": THEM };
  const plain = opened.add(await LocalSite.start("plain", { tokens }));
  const secure = opened.add(await LocalSite.start("secure", { isTls: true }));
  const child = opened.add(await ChildSite.start("child"));
  const cast = async (site: Site, casting: Readonly<Record<string, Partial<ConnectOptions>>>) => {
    const agents: ChaosAgent[] = [];
    for (const [name, options] of Object.entries(casting)) {
      agents.push(opened.add(await ChaosAgent.start(run, { name, site, options: { ...common, ...options } })));
    }
    return agents;
  };
  return [
    {
      site: plain,
      faults: [...networkFaults, ...http2Faults, ...localFaults(plain)],
      agents: await cast(plain, {
        default: { credentialToken: () => tokenOf(US, tokens) },
        other: { ...THEM, ...pinging, ...aging, credentialToken: () => Promise.resolve(tokenOf(THEM, tokens)) },
        hold: { ...hold, credentialToken: () => tokenOf(US, tokens) },
      }),
    },
    {
      site: secure,
      faults: [...networkFaults, ...localFaults(secure)],
      agents: await cast(secure, {
        tls: { ...pinging, ...aging, channelCredentials: clientTls },
      }),
    },
    {
      site: child,
      faults: [...networkFaults, ...http2Faults, ...childFaults(child)],
      agents: await cast(child, { remote: pinging, aging: { ...aging, ...hold } }),
    },
  ];
}

/** The one that is valid now; any other where none is. */
function tokenOf(agent: AgentIdentity, tokens: Readonly<Record<string, AgentIdentity>>): string {
  return Object.keys(tokens).find((token) => isSameAgent(tokens[token]!, agent)) ?? "none";
}
