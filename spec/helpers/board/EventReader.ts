import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** Reads server-sent events as they come. */
export class EventReader implements AsyncDisposable {
  readonly #response: IncomingMessage;
  readonly #chunks: AsyncIterator<string>;
  #text = "";

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding("utf8");
    this.#chunks = response[Symbol.asyncIterator]() as AsyncIterator<string>;
  }

  static async open(url: string): Promise<EventReader> {
    const sent = request(url, { agent: false });
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return new EventReader(response);
  }

  get status(): number | undefined {
    return this.#response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.#response.headers;
  }

  /** The data of the next event of that name; others are passed over. */
  async next(name: string): Promise<unknown> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const chunk = await this.#chunks.next();
        if (chunk.done) throw new Error(`the stream ended without an event "${name}"`);
        this.#text += chunk.value;
        continue;
      }
      const event = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined && event.includes(`event: ${name}\n`)) return JSON.parse(data);
    }
  }

  /** When there is nothing more to come. */
  async ended(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#response.destroy();
    if (!this.#response.closed) await once(this.#response, "close");
  }
}
