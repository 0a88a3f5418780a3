import { createAdaptorServer } from "@hono/node-server";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Subscription } from "rxjs";
import type { OpsClient } from "../../rest/OpsClient.js";
import { rethrow } from "../rethrow.js";
import { BoardActions } from "./BoardActions.js";
import { boardApp } from "./boardApp.js";
import type { ApiView } from "./BoardEvent.js";
import { BoardFeed } from "./BoardFeed.js";
import { BoardModel, type BoardModelOptions, type BoardSource } from "./BoardModel.js";
import { pageFiles } from "./pageFiles.js";
import { pollOps } from "./pollOps.js";

/** What a board asks of an API server. */
export type BoardClient = Pick<OpsClient, "apiUrl" | "list" | "act" | "haltAgent" | "haltFleet">;

/** What a board shows, and where. */
export interface BoardOptions extends BoardModelOptions {
  readonly control: BoardSource;
  /** The port to listen on; by default one that is free. */
  readonly port?: number;
  /** The API server to be asked; without one nothing can be asked for. */
  readonly client?: BoardClient | undefined;
  /** Whether it was named; one that is only guessed is known when it has answered. */
  readonly isNamed?: boolean;
  /** Where the built page is. */
  readonly folder?: string;
}

/** A page that reads nothing any more is not waited for. */
const CLOSE_MS = 500;

const NO_API = "no API server of the gateway is known: --api (or AASM_API_URL) says where one is";

/** The board as a web server on this machine, guarded by a token in its address. */
export class Board implements AsyncDisposable {
  /** Where it is to be seen. */
  readonly url: string;
  readonly #server: Server;
  readonly #model: BoardModel;
  readonly #feed: BoardFeed;
  readonly #polling: Subscription | undefined;

  private constructor(
    url: string,
    server: Server,
    model: BoardModel,
    feed: BoardFeed,
    polling: Subscription | undefined,
  ) {
    this.url = url;
    this.#server = server;
    this.#model = model;
    this.#feed = feed;
    this.#polling = polling;
  }

  /** Starts listening, on 127.0.0.1 only. */
  static async start({ control, port = 0, client, isNamed = false, folder, ...options }: BoardOptions): Promise<Board> {
    const files = await pageFiles(folder);
    const token = randomBytes(24).toString("base64url");
    const model = new BoardModel(control, options);
    const feed = new BoardFeed(model);
    let view: ApiView = client ? { known: isNamed, url: client.apiUrl } : { known: false, problem: NO_API };
    model.tellApi(view);
    const actions = new BoardActions(() => ({ client, view }), options.about.agentId);
    const app = boardApp({ token, port: () => portOf(server), files, feed, actions });
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    } catch (error) {
      feed.close();
      model.close();
      throw error;
    }
    const polling =
      client &&
      pollOps(client, isNamed).subscribe({
        next: ({ known, records, problem }) => {
          const guess = known ? problem : `${NO_API} (${problem ?? "none answers"})`;
          view = { known, url: client.apiUrl, ...(guess === undefined ? {} : { problem: guess }) };
          model.tellApi(view);
          if (records) model.list(records);
        },
        error: rethrow,
      });
    return new Board(`http://127.0.0.1:${portOf(server)}/${token}/`, server, model, feed, polling);
  }

  /** Tells the pages what is left to tell, and lets go of them. */
  async close(): Promise<void> {
    this.#polling?.unsubscribe();
    this.#feed.close();
    this.#model.close();
    const closed = once(this.#server, "close");
    this.#server.close();
    const impatience = setTimeout(() => {
      this.#server.closeAllConnections();
    }, CLOSE_MS);
    await closed;
    clearTimeout(impatience);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}
