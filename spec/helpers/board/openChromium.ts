import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium; undefined where there is none, which under CI is an error. */
export async function openChromium(): Promise<Browser | undefined> {
  if (existsSync(CHROMIUM)) return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const missing = `there is no ${CHROMIUM}: the board cannot be tried in a browser (apt-get install chromium)`;
  if (process.env["CI"]) throw new Error(missing);
  console.warn(missing);
  return undefined;
}
