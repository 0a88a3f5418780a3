import type { AgentIdentity } from "../../options.js";
import { printable } from "../../printable.js";
import type { Colours } from "../colours.js";
import { agentText } from "../connection/agentText.js";
import { ageText } from "./ageText.js";
import { channelText } from "./channelText.js";
import { cutEnd } from "./textWidth.js";
import type { WatchView } from "./WatchView.js";

const LABEL_WIDTH = 9;

const stateColours = {
  connecting: "yellow",
  live: "green",
  reconnecting: "yellow",
  failed: "red",
  closed: "red",
} as const;

/** Who watches whom, and how that is shown. */
export interface WatchScene {
  readonly gateway: string;
  readonly agent: AgentIdentity;
  /** The ops that stand above all others. */
  readonly pinned: readonly string[];
  readonly colours: Colours;
}

/** What stands above the table: the channel first, and an empty line last. */
export function renderHead(view: WatchView, scene: WatchScene, width: number, now: number): string[] {
  const { channel, note, unlisted } = view;
  const line = (label: string, text: string, colour: (text: string) => string = String): string => {
    return label.padEnd(LABEL_WIDTH) + colour(cutEnd(text, width - LABEL_WIDTH));
  };
  const lines = [
    channel
      ? line("channel", channelText(channel, now), scene.colours[stateColours[channel.state]])
      : line("channel", "not told of yet"),
    line("gateway", `${printable(scene.gateway)}, agent ${agentText(scene.agent)}`),
  ];
  if (channel?.lastError !== undefined) lines.push(line("error", channel.lastError));
  if (note) lines.push(line("note", `${ageText(now - note.at)} ago: ${note.text}`));
  if (unlisted > 0) lines.push(line("note", `too many ops to list: ${unlisted} had to go`));
  return [...lines, ""];
}
