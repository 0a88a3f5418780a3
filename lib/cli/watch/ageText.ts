const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long that is, to the second at first and then ever coarser: `12 s`, `3 m 05 s`, `2 h 05 m`, `3 d 04 h`. */
export function ageText(ms: number): string {
  // A clock may be set back.
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return inTwo(seconds, MINUTE, "m", 1, "s");
  return seconds < DAY ? inTwo(seconds, HOUR, "h", MINUTE, "m") : inTwo(seconds, DAY, "d", HOUR, "h");
}

function inTwo(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeUnit} ${String(rest).padStart(2, "0")} ${smallUnit}`;
}
