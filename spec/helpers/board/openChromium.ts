import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

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

/** A page in a context of its own. */
export async function newPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  // tsx gives functions their names with a helper, which is not there when they run in the page.
  await page.addInitScript("globalThis.__name = (named) => named");
  return page;
}
