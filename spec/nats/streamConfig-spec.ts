import type { StreamConfig } from "@nats-io/jetstream";
import { expect } from "chai";
import { incompatibilityOf, streamConfig } from "../../lib/nats/streamConfig.js";
import { agentSubject, GLOBAL_SUBJECT } from "../../lib/nats/subjects.js";
import { US } from "../helpers/gateways.js";

const subjects = [GLOBAL_SUBJECT, agentSubject(US)];

const reasonOf = (config: object): string | undefined =>
  incompatibilityOf({ max_msgs_per_subject: -1, ...streamConfig, ...config } as unknown as StreamConfig, subjects);

describe("streamConfig", () => {
  it("keeps what is published for 10 minutes, in files", () => {
    expect(streamConfig).to.deep.equal({
      name: "AA_OPCONTROL",
      subjects: ["assembly.opcontrol.>"],
      retention: "limits",
      storage: "file",
      max_age: 600_000_000_000,
    });
  });

  describe("incompatibilityOf finds nothing in one", () => {
    for (const [what, config] of [
      ["as it is made", {}],
      ["that keeps more", { max_age: 0 }],
      ["that keeps longer", { max_age: 86_400_000_000_000 }],
      ["with more subjects", { subjects: ["other", "assembly.opcontrol.>"] }],
      ["with a wider subject", { subjects: ["assembly.>"] }],
      ["with everything", { subjects: [">"] }],
      ["with just ours", { subjects }],
      ["with a pattern for the tokens", { subjects: ["*.opcontrol.*.*", "assembly.*.global"] }],
      ["with replicas and a limit in bytes", { num_replicas: 3, max_bytes: 3_000_000 }],
      ["with a limit that leaves room", { max_msgs: 10_000 }],
    ] as const) {
      it(what, () => {
        expect(reasonOf(config)).to.be.undefined;
      });
    }
  });

  describe("incompatibilityOf says what would lose signals:", () => {
    for (const [reason, config] of [
      ["its subjects do not cover assembly.opcontrol.global", { subjects: [] }],
      ["its subjects do not cover assembly.opcontrol.global", { subjects: ["assembly.opcontrol.*.*"] }],
      ["its subjects do not cover assembly.opcontrol.global", { subjects: ["assembly.opcontrol.global.>"] }],
      ["its subjects do not cover assembly.opcontrol.acme.agent-7", { subjects: ["assembly.opcontrol.*"] }],
      ["its subjects do not cover assembly.opcontrol.acme.agent-7", { subjects: ["assembly.opcontrol.global", "x.>"] }],
      ["it gives its messages other subjects (subject_transform)", { subject_transform: { src: ">", dest: "x.>" } }],
      ["it is sealed", { sealed: true }],
      ['its retention is "workqueue", not "limits"', { retention: "workqueue" }],
      ['its storage is "memory", not "file"', { storage: "memory" }],
      ["it keeps signals for less than 10 minutes", { max_age: 599_999_999_999 }],
      ["it acknowledges nothing (no_ack)", { no_ack: true }],
      ["it keeps only 9999 signals", { max_msgs: 9_999 }],
      ["it keeps only 2999999 bytes", { max_bytes: 2_999_999 }],
      ["it keeps only 5 signals per subject", { max_msgs_per_subject: 5 }],
    ] as const) {
      it(`${reason} (${JSON.stringify(config)})`, () => {
        expect(reasonOf(config)).to.equal(reason);
      });
    }
  });
});
