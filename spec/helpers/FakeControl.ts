import { BehaviorSubject, defer, finalize, type Observable } from "rxjs";
import type { StatusLookup } from "../../lib/operators/Lanes.js";
import type { OpScope, OpState, OpStatus } from "../../lib/opStatus.js";
import { running } from "./opControl.js";

/** Ops whose statuses a spec decides itself, and who is subscribed to them. */
export class FakeControl implements StatusLookup {
  /** Of which ops the statuses were subscribed to, in that order. */
  readonly subscriptions: string[] = [];
  readonly #ops = new Map<string, BehaviorSubject<OpStatus>>();
  readonly #watched: string[] = [];

  /** Of which ops the statuses are subscribed to now. */
  get watched(): readonly string[] {
    return this.#watched;
  }

  status(opId: string): Observable<OpStatus> {
    return defer(() => {
      this.subscriptions.push(opId);
      this.#watched.push(opId);
      return this.#op(opId);
    }).pipe(finalize(() => this.#watched.splice(this.#watched.indexOf(opId), 1)));
  }

  pause(...opIds: string[]): void {
    this.#tell(opIds, "paused");
  }

  resume(...opIds: string[]): void {
    this.#tell(opIds, "running");
  }

  terminate(opId: string, scope: OpScope = "op"): void {
    this.#tell([opId], "terminated", scope);
  }

  /** The op's statuses come to their end; later subscribers are told the end only. */
  complete(opId: string): void {
    this.#op(opId).complete();
  }

  fail(opId: string, error: Error): void {
    this.#op(opId).error(error);
  }

  #tell(opIds: readonly string[], state: OpState, scope: OpScope = "op"): void {
    for (const opId of opIds) this.#op(opId).next({ opId, state, scope, sequence: 0n });
  }

  // eslint-disable-next-line rxjs-x/no-exposed-subjects -- as private as "private" would have it
  #op(opId: string): BehaviorSubject<OpStatus> {
    const op = this.#ops.get(opId) ?? new BehaviorSubject(running(opId));
    this.#ops.set(opId, op);
    return op;
  }
}
