import type { ChildSite } from "./ChildSite.js";
import type { Fault } from "./Fault.js";

const TOO_MANY_BYTES = 70_000;

/** The faults of a gateway that is a process. */
export function childFaults(site: ChildSite): readonly Fault[] {
  return [
    {
      kind: "SIGKILL",
      isEverywhere: true,
      strike: async ({ last }) => {
        await site.gateway.kill();
        await last(0, 1_000);
        await site.restart();
      },
    },
    {
      kind: "SIGSTOP",
      isEverywhere: true,
      strike: async ({ last }) => {
        site.gateway.stop();
        await last(100, 4_000);
        site.gateway.cont();
      },
    },
    { kind: "streams end", isEverywhere: true, strike: () => site.gateway.endStreams() },
    {
      kind: "oversize message",
      isEverywhere: true,
      strike: () => site.send({ opId: "x".repeat(TOO_MANY_BYTES), signal: 3 }),
    },
  ];
}
