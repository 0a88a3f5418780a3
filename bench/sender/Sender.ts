import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Order } from "./main.js";

/** A gateway in a process of its own that sends what it is asked to, as fast as it can, to all who are subscribed. */
export class Sender implements Disposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly endpoint: string,
  ) {}

  static async start(): Promise<Sender> {
    const child = fork(join(import.meta.dirname, "main.js"));
    const [{ endpoint }] = (await once(child, "message")) as [{ endpoint: string }];
    return new Sender(child, endpoint);
  }

  send(order: Order): void {
    this.child.send(order);
  }

  [Symbol.dispose](): void {
    this.child.disconnect();
  }
}
