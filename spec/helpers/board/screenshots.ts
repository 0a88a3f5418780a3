import { join } from "node:path";
import { Board } from "../../../lib/cli/board/Board.js";
import type { OpControlSignal } from "../../../lib/opStatus.js";
import { openChromium } from "./openChromium.js";
import { Scene } from "./Scene.js";

const DOCS = join(import.meta.dirname, "../../../docs/board");

/** What was done, and so many seconds ago. */
const story: readonly (readonly [number, string, OpControlSignal])[] = [
  [54, "7c1f0a92e4:retrieve-ledger", "PAUSE"],
  [49, "7c1f0a92e4:retrieve-ledger", "RESUME"],
  [47, "b2e88d31c7:draft-refund", "PAUSE"],
  [41, "*", "PAUSE"],
  [39.2, "e90d5bb014:mail-customer", "TERMINATE"],
  [31, "*", "RESUME"],
  [29.6, "b2e88d31c7:draft-refund", "RESUME"],
  [27, "04ad77c2f1:crawl-vendor-site", "PAUSE"],
  [24.6, "04ad77c2f1:crawl-vendor-site", "RESUME"],
  [21.8, "04ad77c2f1:crawl-vendor-site", "PAUSE"],
  [12.4, "5f3d91be60:sql-migration", "PAUSE"],
  [10.2, "04ad77c2f1:crawl-vendor-site", "TERMINATE"],
  [8.6, "c4470ee28a:embed-documents", "PAUSE"],
  [6.2, "c4470ee28a:embed-documents", "RESUME"],
  [4.6, "91be2d60f3:wire-transfer", "PAUSE"],
  [2.4, "d7a0c6f159:summarise-thread", "PAUSE"],
  [0.9, "d7a0c6f159:summarise-thread", "RESUME"],
];

const ops = [
  "04ad77c2f1:crawl-vendor-site",
  "1be60c84da:plan-next-step",
  "2f8a9d03c5:call-weather-api",
  "5f3d91be60:sql-migration",
  "7c1f0a92e4:retrieve-ledger",
  "91be2d60f3:wire-transfer",
  "a6c15f0d92:rank-candidates",
  "b2e88d31c7:draft-refund",
  "c4470ee28a:embed-documents",
  "d7a0c6f159:summarise-thread",
  "e90d5bb014:mail-customer",
  "f05c3b7e18:review-contract",
];

const scene = new Scene();
for (const op of ops) scene.records.set(op, "running");
scene.records.set("f05c3b7e18:review-contract", "paused");
scene.ago(75);
await using board = await Board.start({
  control: scene.source,
  client: scene.client,
  isNamed: true,
  about: { gateway: "gateway.acme.internal:50051", orgId: "acme", teamId: "payments", agentId: "agent-7" },
  now: scene.now,
});
scene.channel("live");
await new Promise((resolve) => setTimeout(resolve, 300));
const channelStory = [
  [19.5, () => scene.channel("reconnecting", { lastError: "14 UNAVAILABLE: read ECONNRESET", retryInMs: 900 })],
  [15, () => scene.channel("live")],
] as const;
const steps = [...story.map(([ago, op, signal]) => [ago, () => scene.signal(op, signal)] as const), ...channelStory];
for (const [ago, step] of steps.toSorted(([a], [b]) => b - a)) {
  scene.ago(ago);
  step();
}
scene.ago();
for (const op of ["5f3d91be60:sql-migration", "91be2d60f3:wire-transfer"]) scene.records.set(op, "paused");
for (const op of ["04ad77c2f1:crawl-vendor-site", "e90d5bb014:mail-customer"]) scene.records.set(op, "terminated");
scene.records.delete("e90d5bb014:mail-customer");

await using browser = await openChromium();
for (const colorScheme of ["light", "dark"] as const) {
  const page = await browser!.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
  await page.goto(board.url);
  await page.getByText("12 of 12 shown").waitFor();
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(DOCS, `${colorScheme}.png`) });
  await page.close();
}
