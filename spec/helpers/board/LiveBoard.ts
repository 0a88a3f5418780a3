import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { Board } from "../../../lib/cli/board/Board.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import { OpsClient } from "../../../lib/rest/OpsClient.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import { US } from "../gateways.js";
import { newPage } from "./openChromium.js";

/** A gateway, an agent that obeys it, and a board that watches that agent in a browser. */
export class LiveBoard implements AsyncDisposable {
  private constructor(
    readonly gateway: DevGateway,
    /** Another subscriber than the board's: the one that does the work. */
    readonly agent: OpControlSubscriber,
    readonly control: OpControlSubscriber,
    readonly board: Board,
  ) {}

  static async start(ops: readonly string[] = []): Promise<LiveBoard> {
    const gateway = await DevGateway.start({ rest: {} });
    for (const op of ops) gateway.ops.register(op, US);
    const reconnect = { initialDelayMs: 100, maxDelayMs: 200 };
    const agent = OpControlSubscriber.connect(gateway.endpoint, { ...US, reconnect });
    const control = OpControlSubscriber.connect(gateway.endpoint, { ...US, reconnect });
    await Promise.all([agent.ready(), control.ready()]);
    const client = new OpsClient({ apiUrl: gateway.apiUrl ?? "" });
    const about = { gateway: gateway.endpoint, ...US };
    return new LiveBoard(gateway, agent, control, await Board.start({ control, client, isNamed: true, about }));
  }

  /** Opens the page, and waits until it says that the channel is live. Whatever it complains about is an error. */
  async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await newPage(browser, options);
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.goto(this.board.url);
    await page.getByText("live", { exact: true }).waitFor();
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.board.close();
    this.control.close();
    this.agent.close();
    await this.gateway.close();
  }
}

/** An op's lane; the fleet's and the agent's are called so. */
export function laneOf(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader").getByText(name, { exact: true }) });
}

/** The marble diagram of a lane, once its words say so. */
export async function drawn(lane: Locator, words: string | RegExp): Promise<void> {
  await lane.getByRole("img", { name: words }).waitFor();
}
