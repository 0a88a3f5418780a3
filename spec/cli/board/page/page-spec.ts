import { expect } from "chai";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type Axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { filter, firstValueFrom } from "rxjs";
import { displayName } from "../../../../lib/cli/board/displayName.js";
import { builtPage } from "../../../../lib/cli/board/pageFiles.js";
import { CommandRun } from "../../gateway/CommandRun.js";
import { drawn, laneOf, LiveBoard } from "../../../helpers/board/LiveBoard.js";
import { newPage, openChromium } from "../../../helpers/board/openChromium.js";

const OPS = ["4bf92f35:plan", "7c1f0a92:search", "b2e88d31:refund"];

const hostile = [
  '<img src="x" onerror="document.title=`owned`">',
  "</script><script>document.title='owned'</script>",
  "\u202egnp.exe:1",
  "\u0000\u0007\u001b[2J\r\n:1",
  "z\u0310\u0311\u0312\u0313\u0314\u0315".repeat(60),
  "x".repeat(1024),
  "漢字 and emoji 🚦🚦🚦:1",
  "__proto__",
  "⠀⠀⠀:blank",
];

describe("the board's page, in Chromium", function () {
  this.timeout(30_000);

  let browser: Browser;
  let live: LiveBoard;
  let page: Page;

  before(async function () {
    const chromium = await openChromium();
    if (!chromium) return this.skip();
    browser = chromium;
    const built = existsSync(join(builtPage(), "index.html"));
    expect(built, "the board's page is not built: npm run build").to.be.true;
    return undefined;
  });

  after(() => browser.close());

  afterEach(async () => {
    await page.context().close();
    await live[Symbol.asyncDispose]();
  });

  async function open(ops: readonly string[] = OPS, options: Parameters<LiveBoard["open"]>[1] = {}): Promise<void> {
    live = await LiveBoard.start(ops);
    page = await live.open(browser, options);
    if (ops.length > 0) await page.getByText(`${ops.length} of ${ops.length} shown`).waitFor();
  }

  /** When the agent itself has been told. */
  async function agentHas(opId: string, state: "paused" | "running" | "terminated"): Promise<void> {
    await firstValueFrom(live.agent.status(opId).pipe(filter((status) => status.state === state)));
  }

  it("has a lane for every registered op before any signal, and for any other with its first", async () => {
    await open();
    for (const op of OPS) await laneOf(page, op).getByText("Running").waitFor();
    live.gateway.pause("unregistered:1");
    const lane = laneOf(page, "unregistered:1");
    await lane.getByText("Paused").waitFor();
    await drawn(lane, /^1 signals in sight, the last: pause \d s ago, sequence 0$/);
    await page.getByText("4 of 4 shown").waitFor();
  });

  it("terminates with a button, after a confirmation: the agent is told over gRPC, and it comes back as a marble", async () => {
    await open();
    const lane = laneOf(page, OPS[1]!);
    await lane.getByRole("button", { name: `Terminate op ${OPS[1]!}` }).click();
    const dialog = page.getByRole("dialog", { name: "Terminate this op?" });
    expect(await dialog.textContent()).to.include(OPS[1]);
    expect(live.agent.isTerminated(OPS[1]!)).to.be.false;
    await dialog.getByRole("button", { name: "Terminate this op" }).click();
    await agentHas(OPS[1]!, "terminated");
    await lane.getByText("Terminated").waitFor();
    await drawn(lane, /the last: terminate/);
    await lane.locator("canvas").evaluate(async (canvas: HTMLCanvasElement) => {
      // #b3261e, of the light theme
      const isRed = () => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        let red = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] === 0xb3 && data[at + 1] === 0x26) red++;
        return red > 100;
      };
      while (!isRed()) await new Promise(requestAnimationFrame);
    });
    expect(live.agent.isTerminated(OPS[0]!)).to.be.false;
    await page.getByText(`The gateway accepted: terminate of ${OPS[1]!}.`).waitFor();
    await page.getByRole("status").getByText(`Op ${OPS[1]!} is terminated`).waitFor();
  });

  it("pauses, resumes and asks to terminate by keys alone", async () => {
    await open();
    await page.keyboard.press("/");
    await page.keyboard.type("REFUND");
    await page.getByText("1 of 3 shown").waitFor();
    await tabTo(() => document.activeElement?.getAttribute("role") === "row");
    for (let row = 0; row < 2; row++) await page.keyboard.press("ArrowDown");
    expect(await focusedRow()).to.equal(OPS[2]);
    await page.keyboard.press("p");
    await agentHas(OPS[2]!, "paused");
    const lane = laneOf(page, OPS[2]!);
    await lane.getByText("Paused").waitFor();
    await page.keyboard.press("r");
    await agentHas(OPS[2]!, "running");
    await lane.getByText("Running").waitFor();
    await page.keyboard.press("t");
    await page.getByRole("dialog").waitFor();
    expect(await focusedText()).to.equal("Cancel");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focusedRow()).to.equal(OPS[2]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await agentHas(OPS[2]!, "paused");
    expect(live.agent.isTerminated(OPS[2]!)).to.be.false;
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).getByText("pause the lane that has the focus").waitFor();
  });

  it("asks before anything that reaches the fleet, keeps the focus in the question, and means Cancel unless told", async () => {
    await open();
    const fleet = laneOf(page, "Fleet");
    await fleet.getByRole("button", { name: "Pause the whole fleet" }).click();
    const dialog = page.getByRole("dialog", { name: "Pause the whole fleet?" });
    await dialog.waitFor();
    for (let press = 0; press < 5; press++) {
      await page.keyboard.press("Tab");
      // From the last button Tab leads to the browser's own, and then back.
      const within = await page.evaluate(
        () => document.activeElement?.closest("dialog, header, main")?.tagName ?? "none",
      );
      expect(["DIALOG", "none"]).to.include(within);
    }
    await dialog.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await fleet.getByRole("button", { name: "Pause the whole fleet" }).click();
    await dialog.getByRole("button", { name: "Pause the whole fleet" }).click();
    await agentHas(OPS[0]!, "paused");
    await laneOf(page, OPS[0]!).getByText("by the fleet").waitFor();
    await page.getByRole("radio", { name: "Paused 3" }).waitFor();
    const resume = laneOf(page, OPS[0]!).getByRole("button", { name: /^Resume/ });
    expect(await resume.getAttribute("aria-disabled")).to.equal("true");
    expect(await resume.getAttribute("title")).to.include("the fleet is paused: resume the fleet");
  });

  it("halts an agent by one of its ops, which it asks for", async () => {
    await open();
    await laneOf(page, "Agent").getByRole("button", { name: "Pause the agent" }).click();
    const dialog = page.getByRole("dialog", { name: "Pause the agent?" });
    await dialog.getByRole("combobox").selectOption(OPS[2]!);
    await dialog.getByRole("button", { name: "Pause the agent" }).click();
    await agentHas(OPS[0]!, "paused");
    await laneOf(page, OPS[0]!).getByText("by the agent").waitFor();
    await page.getByText("The gateway accepted: pause of agent agent-7.").waitFor();
  });

  it("shows in a sentence why the gateway refuses", async () => {
    await open([]);
    live.gateway.pause("unregistered:1");
    await laneOf(page, "unregistered:1")
      .getByRole("button", { name: /^Resume/ })
      .click();
    await page
      .getByRole("log")
      .getByText(/The gateway did not resume: .*404/)
      .waitFor();
  });

  it("refuses a page of another origin, which knows the address and tries everything", async () => {
    await open();
    const { board } = live;
    const signals: string[] = [];
    live.control.signals$.subscribe(({ opId, signal }) => signals.push(`${signal} ${opId}`));
    const body = JSON.stringify({ scope: "fleet", action: "terminate" });
    const server = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<p>evil"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const evil = await newPage(browser);
    try {
      await evil.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const attempt = async ({ url, body }: { url: string; body: string }): Promise<string[]> => {
        const headers = { "content-type": "application/json" };
        const read = async (asked: Promise<Response>) => (await asked).text().then((text) => `read ${text}`);
        const failed = () => "failed";
        const tries = [
          read(fetch(`${url}actions`, { method: "POST", headers, body })),
          read(fetch(`${url}actions`, { method: "POST", mode: "no-cors", body })).then((text) => text.slice(0, 5)),
          read(fetch(url)),
          read(fetch(`${url}events`)),
          new Promise<string>((resolve) => {
            const events = new EventSource(`${url}events`);
            events.onopen = () => resolve("heard");
            events.onerror = () => resolve("failed");
          }),
          new Promise<string>((resolve) => {
            const frame = document.createElement("iframe");
            frame.name = "frame";
            document.body.append(frame);
            const form = document.body.appendChild(document.createElement("form"));
            Object.assign(form, { method: "POST", action: `${url}actions`, enctype: "text/plain", target: "frame" });
            const field = form.appendChild(document.createElement("input"));
            Object.assign(field, { name: body.slice(0, -1) + ',"x":"', value: '"}' });
            frame.onload = () => resolve("sent");
            form.submit();
          }),
        ];
        return Promise.all(tries.map((each) => each.catch(failed)));
      };
      const outcomes = await evil.evaluate(attempt, { url: board.url, body });
      expect(outcomes).to.deep.equal(["failed", "failed", "failed", "failed", "failed", "sent"]);
    } finally {
      await evil.close();
      server.closeAllConnections();
      server.close();
    }
    // What was done before this would have been told before it.
    live.gateway.pause(OPS[0]!);
    await laneOf(page, OPS[0]!).getByText("Paused").waitFor();
    expect(signals).to.deep.equal([`PAUSE ${OPS[0]!}`]);
  });

  it("tells everything in words as well: the channel, each lane's state, its scope and its signals, each button's op", async () => {
    await open();
    live.gateway.pause(OPS[0]!);
    live.gateway.haltFleet("TERMINATE");
    const lane = laneOf(page, OPS[0]!);
    await lane.getByText("Terminated").waitFor();
    const tree = await lane.ariaSnapshot();
    expect(tree).to.include(OPS[0]).and.include("Terminated").and.include("by the fleet");
    expect(tree).to.match(/img "1 signals in sight, the last: pause \d s ago, sequence 0"/);
    for (const action of ["Pause", "Resume", "Terminate"]) expect(tree).to.include(`${action} op ${OPS[0]!}`);
    const grid = page.getByRole("grid", { name: "Ops" });
    expect(await grid.getAttribute("aria-rowcount")).to.equal("6");
    expect(await lane.getAttribute("aria-rowindex")).to.equal("4");
    await page.getByRole("status").getByText("The whole fleet is terminated").waitFor();
  });

  it("has no serious violation of accessibility, in light and in dark, a dialog included", async () => {
    await open();
    live.gateway.pause(OPS[0]!);
    live.gateway.terminate(OPS[1]!);
    await laneOf(page, OPS[1]!).getByText("Terminated").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(), colorScheme).to.deep.equal([]);
    }
    await laneOf(page, OPS[0]!)
      .getByRole("button", { name: /^Terminate/ })
      .click();
    await page.getByRole("dialog").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(), `a dialog in ${colorScheme}`).to.deep.equal([]);
    }
  });

  it("says that the channel is lost and when it is tried again, and that it is live again", async () => {
    await open();
    const { port } = live.gateway;
    live.gateway.kill();
    await page.getByText("The channel to the gateway is not live.").waitFor();
    await page.getByText(/^attempt \d+ (in \d s|under way)$/).waitFor();
    await page.getByRole("status").getByText("The channel is reconnecting").waitFor();
    const { DevGateway } = await import("../../../../lib/testing/DevGateway.js");
    await using successor = await DevGateway.start({ port });
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByText("The channel to the gateway is not live.").waitFor({ state: "detached" });
    successor.pause(OPS[0]!);
    await laneOf(page, OPS[0]!).getByText("Paused").waitFor();
  });

  it("says that it is stale when the board is gone, stands still, and asks for nothing", async () => {
    await open();
    await live.board.close();
    const alert = page.getByRole("alert");
    await alert.getByText("Stale: the connection to the board’s server is lost.").waitFor();
    await page
      .getByRole("status")
      .getByText(/What is shown is old/)
      .waitFor();
    const pause = laneOf(page, OPS[0]!).getByRole("button", { name: /^Pause/ });
    expect(await pause.getAttribute("aria-disabled")).to.equal("true");
    expect(await pause.getAttribute("title")).to.include("the connection to the board's server is lost");
    await pause.click({ force: true });
    await page.getByText(/Cannot pause op .*connection to the board's server is lost/).waitFor();
    const clock = () => page.locator(".axis-clock time").textContent();
    const then = await clock();
    await page.waitForTimeout(1_200);
    expect(await clock()).to.equal(then);
    expect(await page.locator(".grid").evaluate((grid) => getComputedStyle(grid).filter)).to.include("grayscale");
  });

  it("notices a server that is frozen, which no socket tells, and takes up what is when it goes on", async () => {
    live = await LiveBoard.start(OPS);
    const args = ["--json", "--gateway", live.gateway.endpoint, "--api", live.gateway.apiUrl ?? ""];
    await using run = new CommandRun(["board", ...args, "--org", "acme", "--team", "payments", "--agent", "agent-7"]);
    await run.printed("\n");
    page = await newPage(browser);
    await page.goto((JSON.parse(run.stdout) as { url: string }).url);
    await laneOf(page, OPS[0]!).getByText("Running").waitFor();
    run.kill("SIGSTOP");
    await page
      .getByRole("alert")
      .getByText(/^Stale/)
      .waitFor();
    live.gateway.pause(OPS[0]!);
    run.kill("SIGCONT");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await laneOf(page, OPS[0]!).getByText("Paused").waitFor();
  });

  it("is neither broken nor fooled by hostile op ids, and acts on them as they are", async () => {
    await open([]);
    for (const opId of hostile) live.gateway.signal(opId, "PAUSE");
    await page.getByText(`${hostile.length} of ${hostile.length} shown`).waitFor();
    for (const opId of hostile) await laneOf(page, displayName(opId)).first().waitFor();
    const rows = await page.locator(".grid-body .lane").evaluateAll((all) => all.map((row) => row.clientHeight));
    expect(new Set(rows)).to.deep.equal(new Set([45]));
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    expect(scrollWidth).to.be.at.most(clientWidth);
    expect(await page.title()).to.equal("op control");
    expect(await page.locator(".grid img, .grid script").count()).to.equal(0);
    live.gateway.ops.register(hostile[0]!, { orgId: "acme", teamId: "payments", agentId: "agent-7" });
    await agentHas(hostile[0]!, "paused");
    await laneOf(page, hostile[0]!)
      .getByRole("button", { name: /^Terminate/ })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Terminate this op" }).click();
    await agentHas(hostile[0]!, "terminated");
  });

  it("moves no lane while somebody points at it", async () => {
    await open();
    await page.getByRole("combobox", { name: "Order" }).selectOption("recent");
    live.gateway.pause(OPS[0]!);
    await firstLaneIs(OPS[0]!);
    await laneOf(page, OPS[0]!).hover();
    await page.getByText("order held").waitFor();
    live.gateway.pause(OPS[1]!);
    await laneOf(page, OPS[1]!).getByText("Paused").waitFor();
    await page.waitForTimeout(1_200);
    expect(await firstLane()).to.include(OPS[0]);
    await page.mouse.move(10, 10);
    await firstLaneIs(OPS[1]!);
  });

  it("paints once a second where motion is not wanted, and no oftener than a pixel where it is", async () => {
    await open([], { reducedMotion: "reduce" });
    const perSecond = () => page.evaluate(paintsPerSecond, 1_500);
    expect(await perSecond()).to.be.within(0.3, 1.5);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    // A minute on some 680 pixels.
    expect(await perSecond()).to.be.within(2, 12);
  });

  it("takes 1,000 ops and 50 signals a second: few rows, and frames that nobody sees stutter", async () => {
    const ops = Array.from({ length: 1_000 }, (_, op) => `${(op * 7919).toString(16).padStart(8, "0")}:step-${op}`);
    live = await LiveBoard.start(ops);
    page = await live.open(browser);
    await page.getByText("1000 of 1000 shown").waitFor();
    let sent = 0;
    const startedMs = performance.now();
    const sending = setInterval(() => {
      // As many as are due, also where this process is kept from its timers.
      for (; sent < (performance.now() - startedMs) / 20; sent++) {
        live.gateway.signal(ops[(sent * 17) % 1_000]!, sent % 2 ? "RESUME" : "PAUSE");
      }
    }, 20);
    try {
      await laneOf(page, "Fleet").waitFor();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Performance.enable");
      const taskMs = async () => {
        const { metrics } = await devtools.send("Performance.getMetrics");
        return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
      };
      const before = await taskMs();
      const gaps = await page.evaluate(measureFrames, 3_000);
      const perFrame = ((await taskMs()) - before) / gaps.length;
      expect(sent, "signals sent").to.be.above(100);
      expect(perFrame, "the main thread's work for a frame, ms").to.be.below(25);
      expect(quantile(gaps, 0.95), "between two frames, ms").to.be.below(50);
      expect(await page.getByRole("row").count(), "rows").to.be.below(40);
      expect(await page.getByRole("grid").getAttribute("aria-rowcount")).to.equal("1003");
      await laneOf(page, "Fleet").focus();
      await page.keyboard.press("End");
      expect(await focusedRow()).to.equal(ops.toSorted().at(-1));
      expect(await page.getByRole("row").count(), "rows").to.be.below(40);
      await page.keyboard.press("p");
    } finally {
      clearInterval(sending);
    }
    await page
      .getByText(/The gateway accepted|The gateway did not|Cannot pause/)
      .first()
      .waitFor();
  });

  function firstLane(): Promise<string | null> {
    return page.locator(".grid-body .lane").first().textContent();
  }

  async function firstLaneIs(opId: string): Promise<void> {
    await page.locator(".grid-body .lane").first().getByText(opId).waitFor();
  }

  async function focusedRow(): Promise<string | null | undefined> {
    return page.evaluate(() => document.activeElement?.querySelector(".name")?.textContent);
  }

  async function focusedText(): Promise<string | undefined> {
    return page.evaluate(() => document.activeElement?.textContent.trim());
  }

  async function tabTo(isThere: () => boolean): Promise<void> {
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(isThere)) return;
    }
    throw new Error("Tab does not lead there");
  }

  async function violations(): Promise<string[]> {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await page.evaluate(readFileSync(axe, "utf8"));
    const results = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: Pick<typeof Axe, "run"> };
      return (await axe.run()).violations;
    });
    return results
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => html + String(failureSummary)).join("\n")}`,
      );
  }
});

/** How often the axis is painted. */
async function paintsPerSecond(ms: number): Promise<number> {
  const { prototype } = CanvasRenderingContext2D;
  const clearRect = Reflect.get<CanvasRenderingContext2D, "clearRect">(prototype, "clearRect");
  let count = 0;
  prototype.clearRect = function (...box) {
    if (this.canvas.closest(".axis")) count++;
    clearRect.apply(this, box);
  };
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  prototype.clearRect = clearRect;
  return (1_000 * count) / (performance.now() - begun);
}

/** For so long, how far apart the frames were, in milliseconds. */
function measureFrames(ms: number): Promise<number[]> {
  return new Promise((resolve) => {
    const gaps: number[] = [];
    const begun = performance.now();
    let last = begun;
    const frame = (now: number): void => {
      gaps.push(now - last);
      last = now;
      if (now - begun < ms) requestAnimationFrame(frame);
      else resolve(gaps);
    };
    requestAnimationFrame(frame);
  });
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Infinity;
}
