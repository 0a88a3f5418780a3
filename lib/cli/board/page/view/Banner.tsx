import type { JSX } from "preact";
import { channel, dropped, link, about, warnings } from "../state/board.js";
import { timeOfDay } from "../state/words.js";
import { Glyph } from "./Glyph.js";

/** What an operator must not overlook: that what is shown is not what is. */
export function Banner(): JSX.Element {
  const { value } = link;
  const state = channel.value?.state;
  return (
    <div class="banners">
      {value.state === "lost" && (
        <p class="banner banner-lost" role="alert">
          <Glyph kind="lost" />
          <span>
            <strong>Stale: the connection to the board&rsquo;s server is lost.</strong> What is shown is as of{" "}
            {timeOfDay(value.since)}, and nothing can be asked for. Trying again&hellip; If the board was ended, start
            it anew and open its new address.
          </span>
        </p>
      )}
      {value.state === "connecting" && (
        <p class="banner">
          <Glyph kind="connecting" />
          <span>Waiting for the board&rsquo;s server&hellip;</span>
        </p>
      )}
      {value.state === "live" && state === "failed" && (
        <p class="banner banner-lost" role="alert">
          <Glyph kind="failed" />
          <span>
            <strong>The channel to the gateway has failed for good.</strong> No signal is seen any more: start the board
            anew when it is put right. {channel.value?.lastError}
          </span>
        </p>
      )}
      {value.state === "live" && (state === "reconnecting" || state === "connecting") && (
        <p class="banner banner-outage">
          <Glyph kind="reconnecting" />
          <span>
            <strong>The channel to the gateway is not live.</strong> Every op keeps its last known status; signals sent
            meanwhile are not seen (hatched).
          </span>
        </p>
      )}
      {dropped.value > 0 && (
        <p class="banner">
          <span>
            There is room for {about.value?.maxLanes} lanes: {dropped.value} older ones had to go, ended ones first.
          </span>
        </p>
      )}
      {warnings.value.map((warning) => (
        <p class="banner banner-outage" key={warning}>
          <span>{warning}</span>
        </p>
      ))}
    </div>
  );
}
