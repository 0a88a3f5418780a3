import type { JSX } from "preact";
import { announcement } from "../state/announcements.js";
import { link } from "../state/board.js";
import { Banner } from "./Banner.js";
import { ConfirmDialog } from "./ConfirmDialog.js";
import { Header } from "./Header.js";
import { KeysDialog } from "./KeysDialog.js";
import { LaneGrid } from "./LaneGrid.js";
import { Notices } from "./Notices.js";
import { Tip } from "./Tip.js";
import { Toolbar } from "./Toolbar.js";

/** The whole board. */
export function App(): JSX.Element {
  return (
    <div class="board" data-link={link.value.state}>
      <Header />
      <Banner />
      <main>
        <Toolbar />
        <LaneGrid />
      </main>
      <Notices />
      <ConfirmDialog />
      <KeysDialog />
      <Tip />
      <div class="hidden" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </div>
  );
}
