import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { filter, firstValueFrom, ReplaySubject } from "rxjs";

/** One end of a TCP connection that says and hears plain text, and ends nothing by itself. */
export class Peer {
  heard = "";
  /** How the other side ended it. */
  readonly end: Promise<string>;
  readonly #heard$ = new ReplaySubject<void>(1);

  constructor(readonly socket: Socket) {
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.heard += text;
      this.#heard$.next();
    });
    this.end = new Promise((resolve) => {
      socket.once("end", () => resolve("FIN"));
      socket.once("error", ({ code = "?" }: NodeJS.ErrnoException) => resolve(NAMES[code] ?? code));
    });
  }

  static dial({ port }: { readonly port: number }): Peer {
    return new Peer(connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
  }

  say(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** When it has heard exactly that since it connected. */
  async hears(text: string): Promise<void> {
    this.#heard$.next();
    await firstValueFrom(this.#heard$.pipe(filter(() => this.heard.length >= text.length)));
    if (this.heard !== text) throw new Error(`heard "${this.heard.slice(0, 200)}" for "${text.slice(0, 200)}"`);
  }
}

const NAMES: Readonly<Record<string, string>> = { ECONNRESET: "RST", ECONNREFUSED: "refused" };

/** Where peers come to. */
export class PeerServer implements AsyncDisposable {
  readonly peers: Peer[] = [];
  readonly #server: Server;
  readonly #connected$ = new ReplaySubject<void>(1);

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.peers.push(new Peer(socket));
      this.#connected$.next();
    });
  }

  static async start(): Promise<PeerServer> {
    const server = new PeerServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The peer that came after so many others. */
  async peer(index: number): Promise<Peer> {
    this.#connected$.next();
    await firstValueFrom(this.#connected$.pipe(filter(() => this.peers.length > index)));
    return this.peers[index]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}
