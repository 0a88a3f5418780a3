import type { ComponentChildren, JSX } from "preact";
import { about, api, channel, nowBySecond } from "../state/board.js";
import { durationWords } from "../state/words.js";
import { Glyph } from "./Glyph.js";

/** Who is watched, through what, and how that is doing. */
export function Header(): JSX.Element {
  return (
    <header class="header">
      <h1 class="brand">
        <span class="brand-mark" aria-hidden="true" />
        op control
      </h1>
      <ChannelFact />
      <Identity />
      <ApiFact />
    </header>
  );
}

function ChannelFact(): JSX.Element {
  const { state = "connecting", attempt = 1, since = 0, lastError, retryAt } = channel.value ?? {};
  const now = nowBySecond();
  const words =
    retryAt === undefined
      ? state === "reconnecting"
        ? `attempt ${attempt} under way`
        : channel.value && `for ${durationWords(now - since)}`
      : `attempt ${attempt} in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
  return (
    <Fact label="Channel" class={`channel channel-${state}`}>
      <Glyph kind={state} />
      <strong>{state}</strong>
      <span class="soft">{words}</span>
      {lastError !== undefined && state !== "live" && (
        <span class="reason" title={lastError}>
          {lastError}
        </span>
      )}
    </Fact>
  );
}

function Identity(): JSX.Element | null {
  if (!about.value) return null;
  const { orgId, teamId, agentId, gateway } = about.value;
  const path = [orgId, teamId].filter((part) => part !== "");
  return (
    <>
      <Fact label="Agent" class="identity">
        {path.length > 0 && <span class="soft">{path.join(" / ")} /</span>}
        <strong class="id">{agentId}</strong>
      </Fact>
      <Fact label="Gateway" class="gateway">
        <span class="id">{gateway}</span>
      </Fact>
    </>
  );
}

function ApiFact(): JSX.Element {
  const { known, url, problem } = api.value;
  return (
    <Fact label="Actions" class="api">
      {known ? <span class="id">{url?.replace(/^https?:\/\//, "")}</span> : <span>watching only</span>}
      {problem !== undefined && (
        <span class={known ? "reason" : "soft reason"} title={problem}>
          {problem}
        </span>
      )}
    </Fact>
  );
}

interface FactProps {
  readonly label: string;
  readonly class: string;
  readonly children?: ComponentChildren;
}

function Fact({ label, class: kind, children }: FactProps): JSX.Element {
  return (
    <div class={`fact ${kind}`}>
      <span class="fact-label">{label}</span>
      <span class="fact-value">{children}</span>
    </div>
  );
}
