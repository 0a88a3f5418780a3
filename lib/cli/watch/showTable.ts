import {
  asyncScheduler,
  finalize,
  fromEvent,
  ignoreElements,
  interval,
  merge,
  type Observable,
  defer,
  tap,
  throttleTime,
} from "rxjs";
import { LiveText, type Terminal } from "./LiveText.js";
import type { WatchScene } from "./renderHead.js";
import { renderWatch, type ScreenSize } from "./renderWatch.js";
import type { WatchEvent } from "./WatchEvent.js";
import { WatchView } from "./WatchView.js";

/** No eye follows more. */
const REDRAW_MS = 100;
/** How old a status is, and how long until the next attempt, is told in seconds. */
const TICK_MS = 1_000;

/** A terminal that tells its size, and when that changes. */
export type SizedTerminal = Terminal & ScreenSize & Pick<NodeJS.EventEmitter, "addListener" | "removeListener">;

/** Shows a table of what is told for as long as it is subscribed to, and leaves the last one on the screen. */
export function showTable(
  terminal: SizedTerminal,
  scene: WatchScene,
  events$: Observable<WatchEvent>,
): Observable<never> {
  return defer(() => {
    const view = new WatchView();
    const text = new LiveText(terminal);
    const draw = (): void => {
      text.draw(renderWatch(view, scene, terminal, asyncScheduler.now()));
    };
    const taken$ = events$.pipe(tap((event) => view.apply(event)));
    const resized$ = fromEvent(terminal, "resize").pipe(
      tap(() => {
        text.startOver();
      }),
    );
    return merge(taken$, resized$, interval(TICK_MS)).pipe(
      throttleTime(REDRAW_MS, asyncScheduler, { leading: true, trailing: true }),
      tap(draw),
      finalize(() => {
        draw();
        text.end();
      }),
      ignoreElements(),
    );
  });
}
