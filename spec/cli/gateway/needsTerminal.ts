import { spawnSync } from "node:child_process";

/** For a hook: skips what needs a pseudo-terminal where there is no way to have one, but not on CI. */
export function needsTerminal(this: Mocha.Context): void {
  if (String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) return;
  const missing = 'there is no "script" of util-linux: the command cannot be tried on a terminal';
  if (process.env["CI"]) throw new Error(missing);
  console.warn(missing);
  this.skip();
}
