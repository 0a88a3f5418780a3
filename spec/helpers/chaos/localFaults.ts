import type { Fault } from "./Fault.js";
import type { LocalSite } from "./LocalSite.js";

const TOO_MANY_BYTES = 70_000;

/** Ends with no code of gRPC's as well. */
const codes = [0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 14, 15, 16, 17, 99] as const;

/** They say that we are misconfigured, which is final before the channel was ever live. */
const misconfigured = [3, 7, 12, 16] as const;

/** The faults of a gateway in this process. */
export function localFaults(site: LocalSite): readonly Fault[] {
  return [
    {
      kind: "killed",
      isEverywhere: true,
      strike: async ({ last }) => {
        site.kill();
        await last(0, 1_000);
        await site.restart();
      },
    },
    { kind: "drain", isGentle: true, isEverywhere: true, strike: () => site.drain() },
    { kind: "streams end", isEverywhere: true, strike: () => site.gateway.endStreams() },
    {
      kind: "streams end with a status",
      isEverywhere: true,
      strike: ({ random }) => site.gateway.endStreams({ code: random.pick(codes), details: "ended by chaos" }),
    },
    {
      kind: "refused with a status",
      isEverywhere: true,
      strike: async ({ random, proxies, last }) => {
        const code = random.pick(random.chance(0.5) ? misconfigured : codes);
        site.gateway.refuseNext(random.int(1, 8), { code, details: "refused by chaos" });
        for (const proxy of proxies) proxy.reset();
        await last(0, 1_500);
        site.gateway.refuseNext(0, { code: 0 });
      },
    },
    {
      kind: "headers withheld",
      isEverywhere: true,
      strike: async ({ proxies, last }) => {
        site.gateway.withholdHeaders();
        for (const proxy of proxies) proxy.reset();
        await last(100, 2_500);
        site.gateway.sendHeaders();
      },
    },
    {
      kind: "undecodable message",
      isEverywhere: true,
      strike: ({ random }) => site.gateway.sendBytes(random.pick([Uint8Array.of(0x0a, 0xff), Uint8Array.of(0x0f)])),
    },
    {
      kind: "oversize message",
      isEverywhere: true,
      strike: () => site.gateway.send({ opId: "x".repeat(TOO_MANY_BYTES), signal: 3 }),
    },
    ...(site.tokens ? tokenFaults(site.tokens) : []),
  ];
}

/** The site's agents ask for their token on every attempt, and are given the one that is valid then. */
function tokenFaults(tokens: NonNullable<LocalSite["tokens"]>): readonly Fault[] {
  return [
    {
      kind: "tokens refused",
      isEverywhere: true,
      strike: async ({ proxies, last }) => {
        const valid = { ...tokens };
        for (const token of Object.keys(valid)) Reflect.deleteProperty(tokens, token);
        for (const proxy of proxies) proxy.reset();
        await last(100, 1_500);
        Object.assign(tokens, valid);
      },
    },
    {
      kind: "tokens rotated",
      isEverywhere: true,
      strike: ({ proxies, random }) => {
        for (const [token, agent] of Object.entries(tokens)) {
          Reflect.deleteProperty(tokens, token);
          tokens[`token-${random.next()}`] = agent;
        }
        for (const proxy of proxies) proxy.reset();
      },
    },
  ];
}
