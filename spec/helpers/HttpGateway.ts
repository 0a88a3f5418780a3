import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { BehaviorSubject, filter, firstValueFrom, type Observable } from "rxjs";
import { wire } from "./gateways.js";
import { grpcMessage, type HttpAnswer, properly } from "./httpAnswers.js";

/** A bare HTTP/2 server in a gateway's place, which answers as it is told, and is right or wrong in any way. */
export class HttpGateway implements AsyncDisposable {
  /** What becomes of the next calls. */
  answer: HttpAnswer;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #subscribed = new Set<ServerHttp2Stream>();
  readonly #calls$ = new BehaviorSubject(0);

  private constructor(answer: HttpAnswer) {
    this.answer = answer;
    this.#server = createServer();
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.on("error", () => undefined).once("close", () => this.#sessions.delete(session));
    });
    this.#server.on("stream", (stream) => {
      this.#take(stream);
    });
  }

  static async start(answer: HttpAnswer = properly): Promise<HttpGateway> {
    const gateway = new HttpGateway(answer);
    gateway.#server.listen(0, "127.0.0.1");
    await once(gateway.#server, "listening");
    return gateway;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many calls there were. */
  get calls(): number {
    return this.#calls$.value;
  }

  /** The same, now and whenever one comes. */
  get calls$(): Observable<number> {
    return this.#calls$.asObservable();
  }

  /** How many of them were answered properly and are open. */
  get subscribers(): number {
    return this.#subscribed.size;
  }

  /** When there have been so many calls. */
  async called(times: number): Promise<void> {
    await firstValueFrom(this.#calls$.pipe(filter((calls) => calls >= times)));
  }

  /** Sends a signal to every subscriber that was answered properly; 1, 2 and 3 are PAUSE, RESUME and TERMINATE. */
  send(signal: { opId?: string; signal?: number; sequence?: bigint }): void {
    this.sendRaw(grpcMessage(wire(signal)));
  }

  /** Sends them any bytes. */
  sendRaw(bytes: Uint8Array): void {
    for (const stream of this.#subscribed) stream.write(bytes);
  }

  /** Ends their streams by RST_STREAM with that code of HTTP/2. */
  resetStreams(code: number): void {
    for (const stream of this.#subscribed) stream.close(code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
    await once(this.#server, "close");
  }

  #take(stream: ServerHttp2Stream): void {
    stream.on("error", () => undefined).resume();
    this.answer(stream);
    if (this.answer === properly) {
      this.#subscribed.add(stream);
      stream.once("close", () => this.#subscribed.delete(stream));
    }
    this.#calls$.next(this.calls + 1);
  }
}
