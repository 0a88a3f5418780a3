import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { type BoardAction, ScopeKey } from "../../BoardEvent.js";
import { hindrance, nameOf, perform, question, type Question } from "../state/actions.js";
import { activeKey } from "../state/focus.js";
import { about, lanes, lanesNow } from "../state/board.js";
import { Dialog } from "./Dialog.js";

/** Asks before something that cannot be undone, or that reaches further than one op; to leave it is the safe way out. */
export function ConfirmDialog(): JSX.Element | null {
  const asked = question.value;
  return asked ? <Confirmation key={`${asked.lane.key} ${asked.action}`} {...asked} /> : null;
}

function Confirmation({ lane, action }: Question): JSX.Element {
  lanesNow();
  const member = useSignal(firstMember());
  const isAgent = lane.key === ScopeKey.agent;
  const why = hindrance(lane, action);
  const verb = `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;
  const close = (): void => {
    question.value = undefined;
  };
  const confirm = (): void => {
    close();
    void perform(actionOn(lane, action, member.value), `${lane.key}`);
  };
  return (
    <Dialog title={`${verb} ${titleOf(lane)}?`} kind={`dialog-${action}`} onClose={close}>
      {lane.key > ScopeKey.channel && (
        <p class="dialog-op">
          <bdi dir="ltr">{lane.name}</bdi>
        </p>
      )}
      <p>{consequence(lane, action)}</p>
      {isAgent && (
        <MemberChoice
          value={member.value}
          onChange={(opId) => {
            member.value = opId;
          }}
        />
      )}
      {why !== undefined && <p class="dialog-why">Not to be done any more: {why}.</p>}
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class={`button ${action === "terminate" ? "danger" : "primary"}`}
          aria-disabled={why !== undefined}
          onClick={() => {
            if (why === undefined) confirm();
          }}
        >
          {verb} {nameOf(lane).startsWith("op ") ? "this op" : nameOf(lane)}
        </button>
      </div>
    </Dialog>
  );
}

interface MemberChoiceProps {
  readonly value: string;
  readonly onChange: (opId: string) => void;
}

/** The gateway has no other name for an agent than one of its ops. */
function MemberChoice({ value, onChange }: MemberChoiceProps): JSX.Element {
  return (
    <label class="dialog-field">
      <span>
        The gateway acts on whichever agent this op belongs to; be sure that it is one of {about.value?.agentId}:
      </span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      >
        {[...lanes.ops.values()].map(({ key, opId, name }) => (
          <option key={key} value={opId}>
            {name.length > 80 ? `${name.slice(0, 80)}…` : name}
          </option>
        ))}
      </select>
    </label>
  );
}

function firstMember(): string {
  const active = lanes.ops.get(activeKey.value);
  const [first] = lanes.ops.values();
  return (active ?? first)?.opId ?? "";
}

function titleOf(lane: Question["lane"]): string {
  return lane.key > ScopeKey.channel ? "this op" : nameOf(lane);
}

function actionOn(lane: Question["lane"], action: Question["action"], member: string): BoardAction {
  if (lane.key === ScopeKey.fleet) return { scope: "fleet", action };
  return lane.key === ScopeKey.agent ? { scope: "agent", op: member, action } : { scope: "op", op: lane.opId, action };
}

function consequence({ key }: Question["lane"], action: Question["action"]): string {
  const reach =
    key === ScopeKey.fleet
      ? "Every op of every agent of this gateway"
      : key === ScopeKey.agent
        ? "Every op of the agent"
        : "It";
  if (action === "pause") return `${reach} has to wait until it is resumed.`;
  if (action === "resume") return `${reach} may go on, unless it is paused by a word of its own.`;
  return `${reach} stops for good. Nothing lifts a terminate.`;
}
