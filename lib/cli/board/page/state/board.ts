import { batch, signal } from "@preact/signals";
import { type About, type ApiView, type Changes, type ChannelView, ScopeKey, type Snapshot } from "../../BoardEvent.js";
import { announce } from "./announcements.js";
import { LaneStore } from "./LaneStore.js";
import { PageClock } from "./PageClock.js";

/** How the page hears of what happens. */
export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** What is shown is as old as that, by the page's own clock. */
  | { readonly state: "lost"; readonly since: number };

export const clock = new PageClock();
export const lanes = new LaneStore();

export const link = signal<Link>({ state: "connecting" });
export const about = signal<About | undefined>(undefined);
export const api = signal<ApiView>({ known: false });
export const channel = signal<ChannelView | undefined>(undefined);
export const dropped = signal(0);
export const warnings = signal<readonly string[]>([]);

/** Another object whenever any lane has changed. */
const changed = signal({ lanes });

/** Counts up whenever an op came, went or changed its state: what the order of the lanes depends on. */
export const membershipVersion = signal(0);
export const statesVersion = signal(0);
/** The seconds of the clock. */
export const second = signal(0);

/** The time for what is told in words, which is told anew every second. */
export function nowBySecond(): number {
  return second.value * 1000;
}

/** All lanes, for what is told anew whenever one of them has changed; a component that reads a lane asks for them here. */
export function lanesNow(): LaneStore {
  return changed.value.lanes;
}

export function begin(snapshot: Snapshot): void {
  batch(() => {
    clock.hear(snapshot.now);
    lanes.replace(snapshot);
    about.value = snapshot.about;
    api.value = snapshot.api;
    tellChannel(snapshot.channel);
    dropped.value = snapshot.dropped;
    warnings.value = snapshot.warnings;
    link.value = { state: "live" };
    membershipVersion.value++;
    statesVersion.value++;
    changed.value = { lanes };
  });
}

export function change(changes: Changes): void {
  batch(() => {
    clock.hear(changes.now);
    if (changes.api) api.value = changes.api;
    if (changes.channel) tellChannel(changes.channel);
    if (changes.dropped !== undefined) dropped.value = changes.dropped;
    if (changes.warnings) warnings.value = changes.warnings;
    const { membership, states, terminated } = lanes.apply(changes);
    if (membership) membershipVersion.value++;
    if (states) statesVersion.value++;
    changed.value = { lanes };
    const ops = terminated.filter(({ key }) => key > ScopeKey.channel);
    if (terminated.some(({ key }) => key === ScopeKey.fleet)) announce("The whole fleet is terminated");
    if (terminated.some(({ key }) => key === ScopeKey.agent)) announce("The agent is terminated");
    if (ops.length > 3) announce(`${ops.length} ops are terminated`);
    else for (const { name } of ops) announce(`Op ${name} is terminated`);
  });
}

export function lose(since: number): void {
  if (link.value.state === "lost") return;
  clock.freezeAt(clock.now - (Date.now() - since));
  link.value = { state: "lost", since };
  announce("The connection to the board's server is lost. What is shown is old.");
}

function tellChannel(view: ChannelView): void {
  if (channel.value && channel.value.state !== view.state) announce(`The channel is ${view.state}`);
  channel.value = view;
}
