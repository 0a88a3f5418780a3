import { render } from "preact";
import { clock, second } from "./state/board.js";
import { listen } from "./state/feed.js";
import { keepOrder } from "./state/order.js";
import { painter } from "./state/painter.js";
import "./style/board.css";
import { App } from "./view/App.js";

keepOrder();
listen();
painter.start();
setInterval(() => {
  second.value = Math.floor(clock.now / 1000);
}, 250);

const board = document.getElementById("board");
if (board) render(<App />, board);
