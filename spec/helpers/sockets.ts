import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { firstValueFrom, type Observable, ReplaySubject, skip } from "rxjs";

/** What every HTTP/2 PING begins with that is not an answer: eight bytes of payload, type 6, no flag, stream 0. */
const PING = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0]);

/** A plain TCP server on a free port, and all of its connections. */
export class TcpServer implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  readonly #sockets$ = new ReplaySubject<Socket>(Infinity);

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(onConnection: (socket: Socket) => void = () => undefined): Promise<TcpServer> {
    const server = createServer();
    const started = new TcpServer(server);
    server.on("connection", (socket) => {
      socket.on("error", () => undefined);
      started.sockets.push(socket);
      onConnection(socket);
      started.#sockets$.next(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return started;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  firstConnection(): Promise<Socket> {
    return firstValueFrom(this.#sockets$);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, "close");
  }
}

/** One connection of an agent, passed on. */
interface Link {
  readonly client: Socket;
  readonly gateway: Socket;
}

/** What stands between an agent and its gateway, and can fail as networks do. */
export class Network implements AsyncDisposable {
  readonly #server: TcpServer;
  readonly #links: readonly Link[];
  readonly #pings$: Observable<void>;

  private constructor(server: TcpServer, links: readonly Link[], pings$: Observable<void>) {
    this.#server = server;
    this.#links = links;
    this.#pings$ = pings$;
  }

  /** Passes everything on, but for the first connections: it takes as many of them as are named, and is silent. */
  static async inFrontOf({ endpoint }: { readonly endpoint: string }, { silentTo = 0 } = {}): Promise<Network> {
    const links: Link[] = [];
    const pings$ = new ReplaySubject<void>(Infinity);
    const server = await TcpServer.start((client) => {
      if (server.sockets.length <= silentTo) return;
      const gateway = connect(Number(endpoint.split(":")[1]), "127.0.0.1");
      gateway.on("error", () => undefined);
      client.pipe(gateway).pipe(client);
      client.on("close", () => gateway.destroy());
      gateway.on("close", () => client.destroy());
      client.on("data", (data: Buffer) => {
        if (data.includes(PING)) pings$.next();
      });
      links.push({ client, gateway });
    });
    return new Network(server, links, pings$);
  }

  get endpoint(): string {
    return this.#server.endpoint;
  }

  async firstConnection(): Promise<void> {
    await this.#server.firstConnection();
  }

  /** When the agent has sent so many HTTP/2 pings since it connected. */
  async pinged(times: number): Promise<void> {
    await firstValueFrom(this.#pings$.pipe(skip(times - 1)));
  }

  /** When the agent has given up every connection that it has had. */
  async disconnected(): Promise<void> {
    for (const { client } of this.#links) if (!client.closed) await once(client, "close");
  }

  /** Swallows everything from now on, both ways, and tells nobody. */
  goDark(): void {
    for (const { client, gateway } of this.#links) {
      client.unpipe().removeAllListeners("data").resume();
      gateway.unpipe().resume();
    }
  }

  /** Ends every connection to the agent in order (TCP FIN). */
  hangUp(): void {
    for (const { client, gateway } of this.#links) {
      gateway.unpipe();
      client.end();
    }
  }

  /** Breaks every connection to the agent (TCP RST). */
  reset(): void {
    for (const { client } of this.#links) client.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { gateway } of this.#links) gateway.destroy();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** An endpoint of this machine that nobody listens on. */
export async function deadEndpoint(): Promise<string> {
  await using server = await TcpServer.start();
  return server.endpoint;
}
