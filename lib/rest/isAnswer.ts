import type { OpAction, OpActionAck, OpHaltAck, OpRecord } from "./OpRecord.js";

/** @internal */
export function isOpRecord(body: unknown): body is OpRecord {
  return hasTexts(body, ["op_id", "state", "registered_at", "updated_at"]);
}

/** @internal */
export function isOpRecords(body: unknown): body is readonly OpRecord[] {
  return Array.isArray(body) && body.every(isOpRecord);
}

/**
 * Of that op and no other, which something in between that decodes paths would make of it.
 *
 * @internal
 */
export function isOpAck(opId: string, action: OpAction): (body: unknown) => body is OpActionAck {
  return (body): body is OpActionAck =>
    hasTexts(body, ["op_id", "accepted_at"], { action }) && (body as OpActionAck).op_id.trim() === opId.trim();
}

/** @internal */
export function isHaltAck(scope: OpHaltAck["scope"], action: OpAction): (body: unknown) => body is OpHaltAck {
  return (body): body is OpHaltAck => hasTexts(body, ["target", "accepted_at"], { scope, action });
}

function hasTexts(body: unknown, names: readonly string[], exactly: Readonly<Record<string, string>> = {}): boolean {
  const fields = Object(body) as Readonly<Record<string, unknown>>;
  return (
    names.every((name) => typeof fields[name] === "string") &&
    Object.entries(exactly).every(([name, text]) => fields[name] === text)
  );
}
