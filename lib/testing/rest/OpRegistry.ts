import { performance } from "node:perf_hooks";
import { type Observable, Subject } from "rxjs";
import { AGENT_ID_PREFIX, FLEET_ID, scopeOfId } from "../../opStatus.js";
import type { AgentIdentity } from "../../options.js";
import { parseSignal } from "../../parseSignal.js";
import { describeError, printable } from "../../printable.js";
import { OP_ACTIONS, type OpAction, type OpHaltAck, type OpRecord, type OpRecordState } from "../../rest/OpRecord.js";
import { isSameAgent } from "../refusalOf.js";
import type { OpEvent } from "./OpEvent.js";
import { hasEnded, type OpStep, permits, stateAfter } from "./opLifecycle.js";
import { isOpRefused, OpRefusedError } from "./OpRefusedError.js";
import type { PublishSignal } from "./OpSignal.js";
import { opSignals } from "./opSignals.js";

/** What a registry needs. */
interface OpRegistryConfig {
  /** Undefined where there is nothing to send signals with. */
  readonly publish: PublishSignal | undefined;
  /** How long an op that has ended is still listed, in milliseconds. */
  readonly endedForMs?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

interface RegisteredOp {
  readonly record: OpRecord;
  /** Those who registered it as theirs. */
  readonly agents: readonly AgentIdentity[];
}

const ENDED_FOR_MS = 60_000;

/**
 * The ops that a gateway knows of, each with what it is doing, and an operator's actions on them: a state machine that
 * sends a signal with every change that an operator makes.
 *
 * The signals of an op go to the agents that it was registered for. One that was registered for nobody is everybody's:
 * its signals go to every subscriber, where the real gateway sends none; with a bus, which has no subject for that, it is
 * refused. With a bus the records follow what comes on it, so that operators of several gateways find them alike.
 *
 * An op that has ended is forgotten after a minute; looked for and not found, so no timer has to run.
 *
 * @example
 * ```ts
 * import { DevGateway } from "rx-op-control/testing";
 *
 * await using gateway = await DevGateway.start();
 * gateway.ops.register("trace:span", { agentId: "agent-7" });
 * await gateway.ops.act("trace:span", "pause"); // agent-7 is sent a PAUSE
 * console.log(gateway.ops.list()); // [{ op_id: "trace:span", state: "paused", … }]
 * ```
 */
export class OpRegistry {
  readonly #ops = new Map<string, RegisteredOp>();
  /** When each op ended that has, the earliest first. */
  readonly #endedAtMs = new Map<string, number>();
  readonly #events$ = new Subject<OpEvent>();
  readonly #publish: PublishSignal | undefined;
  readonly #endedForMs: number;
  readonly #now: () => number;

  /** @internal */
  constructor({ publish, endedForMs = ENDED_FOR_MS, now = () => performance.now() }: OpRegistryConfig) {
    this.#publish = publish;
    this.#endedForMs = endedForMs;
    this.#now = now;
  }

  /** What is registered and accepted, as it happens. */
  get events$(): Observable<OpEvent> {
    return this.#events$.asObservable();
  }

  /** Every op that is known, in the order of their registration. */
  list(): readonly OpRecord[] {
    this.#sweep();
    return [...this.#ops.values()].map(({ record }) => record);
  }

  /** One op, if it is known. */
  get(opId: string): OpRecord | undefined {
    this.#sweep();
    return this.#ops.get(opId.trim())?.record;
  }

  /**
   * Registers an op as running, for an agent or for nobody. One that is known stays in its state, and belongs to that
   * agent too from now on.
   */
  register(opId: string, agent?: AgentIdentity): OpRecord {
    return this.#enter(opId, "running", agent);
  }

  /** The same as pending: somebody has asked whether the op may run, and the answer is not out yet. */
  ingest(opId: string, agent?: AgentIdentity): OpRecord {
    return this.#enter(opId, "pending", agent);
  }

  /** Lets a pending op run. */
  allow(opId: string): OpRecord {
    return this.#step(opId, "allow");
  }

  /** A running op has done its work. */
  complete(opId: string): OpRecord {
    return this.#step(opId, "complete");
  }

  /**
   * An operator's action on one op: its agents are told, and its state changes. To terminate one that has ended changes
   * nothing and tells nobody. Rejects with an {@link OpRefusedError}.
   */
  async act(opId: string, action: OpAction): Promise<OpRecord> {
    const { record, agents } = this.#find(opId);
    checkAction(action);
    if (stateAfter(record.state, action) !== record.state) {
      await this.#send(record.op_id, action, agents.length > 0 ? agents : [undefined]);
    }
    return this.#accepted(action, this.#apply(record.op_id, action));
  }

  /**
   * A signal that came on the bus: some gateway's operator has sent it, and it is true here as well. An op that is not known
   * is from then on.
   *
   * @internal
   */
  hear(message: { readonly opId: string; readonly signal: number }, agent: AgentIdentity | undefined): void {
    const heard = parseSignal(message);
    if ("malformed" in heard || !agent || scopeOfId(heard.opId) !== "op" || heard.opId.trim() === "") return;
    this.register(heard.opId, agent);
    for (const action of OP_ACTIONS) if (opSignals[action] === heard.signal) this.#apply(heard.opId, action);
  }

  /** The same for every op of the agent that this op belongs to; no record changes. */
  async haltAgent(opId: string, action: OpAction): Promise<OpHaltAck> {
    const { agents } = this.#find(opId);
    checkAction(action);
    const [agent, ...others] = agents;
    if (!agent || others.length > 0) {
      throw new OpRefusedError("Operation has no resolvable owning agent to halt", 409);
    }
    await this.#send(`${AGENT_ID_PREFIX}${agent.agentId}`, action, [agent]);
    return this.#halted("agent", agent.agentId, action);
  }

  /** The same for every op of every agent. */
  async haltFleet(action: OpAction): Promise<OpHaltAck> {
    checkAction(action);
    await this.#send(FLEET_ID, action, [undefined]);
    return this.#halted("global", "", action);
  }

  #enter(rawId: string, state: OpRecordState, agent: AgentIdentity | undefined): OpRecord {
    this.#sweep();
    const opId = rawId.trim();
    if (opId === "") throw new OpRefusedError("op_id must not be empty", 400);
    const now = new Date().toISOString();
    const known = this.#ops.get(opId);
    const { record, agents } = known ?? {
      record: { op_id: opId, state, registered_at: now, updated_at: now },
      agents: [],
    };
    const isTheirs = !agent || agents.some((other) => isSameAgent(other, agent));
    if (known && isTheirs) return record;
    this.#ops.set(opId, { record, agents: isTheirs ? agents : [...agents, agent] });
    this.#events$.next({ type: "registered", record, agent });
    return record;
  }

  #find(rawId: string): RegisteredOp {
    this.#sweep();
    const opId = rawId.trim();
    if (opId === "") throw new OpRefusedError("Operation id must not be empty", 400);
    const op = this.#ops.get(opId);
    if (!op) throw new OpRefusedError("Operation not found in registry", 404);
    return op;
  }

  #step(opId: string, step: OpStep): OpRecord {
    const { record, agents } = this.#find(opId);
    const state = stateAfter(record.state, step);
    if (state === record.state) return record;
    const changed = { ...record, state, updated_at: new Date().toISOString() };
    this.#ops.set(record.op_id, { record: changed, agents });
    if (hasEnded(state)) this.#endedAtMs.set(record.op_id, this.#now());
    return changed;
  }

  /** What its state makes of it; one in which it cannot be taken stays. */
  #apply(opId: string, action: OpAction): OpRecord {
    const { record } = this.#find(opId);
    return permits(record.state, action) ? this.#step(opId, action) : record;
  }

  async #send(opId: string, action: OpAction, agents: readonly (AgentIdentity | undefined)[]): Promise<void> {
    const publish = this.#publish;
    if (!publish) throw new OpRefusedError("Op-control channel not configured", 503);
    try {
      await Promise.all(
        agents.map(async (agent) => {
          await publish({ opId, signal: opSignals[action], agent });
        }),
      );
    } catch (error) {
      if (error instanceof Error && isOpRefused(error)) throw error;
      throw new OpRefusedError(`Op-control channel error: ${describeError(error)}`, 503, { cause: error });
    }
  }

  #accepted(action: OpAction, record: OpRecord): OpRecord {
    this.#events$.next({ type: "accepted", action, record });
    return record;
  }

  #halted(scope: OpHaltAck["scope"], target: string, action: OpAction): OpHaltAck {
    const halt = { scope, target, action, accepted_at: new Date().toISOString() };
    this.#events$.next({ type: "halted", halt });
    return halt;
  }

  /** Forgets those that ended long enough ago. */
  #sweep(): void {
    const now = this.#now();
    for (const [opId, endedAtMs] of this.#endedAtMs) {
      if (now - endedAtMs < this.#endedForMs) return;
      this.#endedAtMs.delete(opId);
      this.#ops.delete(opId);
    }
  }
}

function checkAction(action: unknown): void {
  if (OP_ACTIONS.some((known) => known === action)) return;
  const named = typeof action === "string" ? ` '${printable(action)}'` : "";
  throw new OpRefusedError(`Unknown halt action${named}; expected pause, resume, or terminate`, 400);
}
