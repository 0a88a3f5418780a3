import {
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type MsgRequest,
  type PubAck,
} from "@nats-io/jetstream";
import { type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { defer, from, type Observable, retry, switchMap } from "rxjs";
import { scopeKey } from "../opStatus.js";
import { parseEnvelope } from "./OpControlEnvelope.js";
import type { PendingResume } from "./PendingResumes.js";
import { STREAM_NAME } from "./streamConfig.js";

/** A RESUME on its way, and where it goes. */
interface ResumeToPublish {
  readonly bus: NatsConnection;
  readonly subject: string;
  readonly opId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly pending: PendingResume;
}

/**
 * Publishes a RESUME in a way that the stream takes it only where nothing has come for its scope since: one that the
 * network holds up until its operator was told that it has failed must not lift a pause that was acknowledged meanwhile.
 *
 * What has come for others is passed over. For how long is up to whoever subscribes.
 *
 * @internal
 */
export function publishResume(resume: ResumeToPublish): Observable<PubAck> {
  const { bus, subject, payload, timeoutMs, pending } = resume;
  return defer(() => lastSequence(resume)).pipe(
    switchMap((first) => {
      let last = first;
      return defer(() => {
        if (pending.isOvertaken) throw overtaken();
        const inOrder = last === undefined ? {} : { lastSubjectSequence: last };
        return jetstream(bus).publish(subject, payload, {
          timeout: timeoutMs,
          expect: { streamName: STREAM_NAME, ...inOrder },
        });
      }).pipe(
        retry({
          delay: (error: Error) => {
            if (last === undefined || !isCode(error, JetStreamApiCodes.StreamWrongLastSequence)) throw error;
            return from(passOver(last, resume).then((sequence) => (last = sequence)));
          },
        }),
      );
    }),
  );
}

/** Of the last message on it, or 0; undefined where we may not ask, or where publishing is to say what is wrong. */
async function lastSequence({ bus, subject, timeoutMs }: ResumeToPublish): Promise<number | undefined> {
  try {
    const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: timeoutMs });
    return (await streams.getMessage(STREAM_NAME, { last_by_subj: subject }))?.seq ?? 0;
  } catch (error) {
    if (isCode(error, JetStreamApiCodes.StreamNotFound) || isDenied(error)) return undefined;
    throw error;
  }
}

/** Of the last message now; rejects where one in between is for the same scope. */
async function passOver(last: number, { bus, subject, opId, timeoutMs }: ResumeToPublish): Promise<number> {
  const { streams } = await jetstreamManager(bus, { checkAPI: false, timeout: timeoutMs });
  for (let sequence = last; ;) {
    // Its type has no name for that yet; the server has known it since 2.9.
    const next = { seq: sequence + 1, next_by_subj: subject } as MsgRequest;
    const message = await streams.getMessage(STREAM_NAME, next);
    if (!message) return sequence;
    const other = parseEnvelope(message.data);
    if (other && scopeKey(other.op_id) === scopeKey(opId)) {
      throw overtaken();
    }
    sequence = message.seq;
  }
}

function overtaken(): Error {
  return new Error("another signal for it has come meanwhile, and a RESUME must not lift a pause that is newer");
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

function isDenied(error: unknown): boolean {
  return error instanceof PermissionViolationError || (error instanceof Error && isDenied(error.cause));
}
