import type { BlackHoleDirection } from "../../../lib/testing/ProxyConnection.js";
import type { Fault, Strike } from "./Fault.js";

/** Slow enough to lag behind a new connection, and not for as long as two streams overlap. */
const LAG_BYTES_PER_SECOND = 4_000;
const LAG_SIGNALS = 20;
const LAG_MS = 250;

const blackHole = (direction: BlackHoleDirection): Fault => ({
  kind: `black hole (${direction})`,
  strike: async ({ proxies, last }) => {
    for (const proxy of proxies) proxy.blackHole(direction);
    await last(100, 4_000);
  },
});

/** The faults of a network that passes bytes on, whatever they are. */
export const networkFaults: readonly Fault[] = [
  { kind: "FIN", strike: ({ proxies }) => proxies.forEach((proxy) => proxy.hangUp()) },
  { kind: "RST", strike: ({ proxies }) => proxies.forEach((proxy) => proxy.reset()) },
  blackHole("both"),
  blackHole("toAgent"),
  blackHole("toGateway"),
  {
    kind: "slow",
    strike: async ({ proxies, random, last }) => {
      for (const proxy of proxies)
        proxy.slow({ delayMs: random.int(20, 400), bytesPerSecond: random.int(2_000, 50_000) });
      await last(200, 1_500);
    },
  },
  {
    kind: "stall",
    strike: async ({ proxies, last }) => {
      for (const proxy of proxies) {
        proxy.stall();
        proxy.reset();
      }
      await last(100, 2_500);
    },
  },
  {
    kind: "refuse",
    strike: async ({ proxies, last }) => {
      for (const proxy of proxies) {
        proxy.refuse();
        proxy.reset();
      }
      await last(50, 1_500);
    },
  },
  {
    kind: "nobody listens",
    strike: async ({ proxies, last }) => {
      for (const proxy of proxies) {
        proxy.stopListening();
        proxy.reset();
      }
      await last(50, 1_500);
    },
  },
  {
    kind: "flap",
    strike: async ({ proxies, random }) => {
      await Promise.all(proxies.map((proxy) => proxy.flap(random.int(3, 12), random.int(20, 60))));
    },
  },
];

/** Those of HTTP/2, on connections that can be read. */
export const http2Faults: readonly Fault[] = [
  {
    kind: "RST_STREAM",
    strike: ({ proxies, random }) => proxies.forEach((proxy) => proxy.resetStreams(random.int(0, 13))),
  },
  { kind: "GOAWAY", isGentle: true, strike: ({ proxies }) => proxies.forEach((proxy) => proxy.goAway()) },
  {
    kind: "GOAWAY with an error",
    strike: ({ proxies, random }) => proxies.forEach((proxy) => proxy.goAway(random.int(1, 13))),
  },
  { kind: "GOAWAY, the old stream lags", isGentle: true, strike: lag },
  {
    kind: "garbage",
    // Of a malformed frame, and of all that comes after it, grpc-js tells the call nothing.
    isSilent: true,
    strike: ({ proxies, random }) => proxies.forEach((proxy) => proxy.inject(random.bytes(random.int(9, 200)))),
  },
];

/** What was sent last before the new stream is there is still under way on the old one when it is. */
async function lag({ proxies, operator, last }: Strike): Promise<void> {
  for (const proxy of proxies) proxy.slow({ bytesPerSecond: LAG_BYTES_PER_SECOND });
  for (let signals = 0; signals < LAG_SIGNALS; signals++) operator.signal(operator.freshOp(), "PAUSE");
  operator.signal(operator.freshOp(), "TERMINATE");
  for (const proxy of proxies) proxy.goAway();
  await last(LAG_MS, LAG_MS);
}
