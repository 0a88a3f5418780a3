import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { Plot } from "./Finding.js";

const WIDTH = 720;
const HEIGHT = 420;
const MARGIN = { left: 70, right: 40, top: 50, bottom: 60 };

/** Told apart by dashes and marks as well as by colour, which are those of a palette for the colour-blind. */
const STYLES = [
  { colour: "#0072b2", dashes: "none" },
  { colour: "#d55e00", dashes: "6 4" },
] as const;

/** Both axes logarithmic, so that what is linear is a straight line at 45 degrees and what is quadratic a steeper one. */
export function drawPlot({ title, counted, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = scaleLog(extentOf(points.map(({ count }) => count)), [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLog(extentOf(points.map(({ ms }) => ms)), [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const path = line<{ count: number; ms: number }>(
    ({ count }) => x(count),
    ({ ms }) => y(ms),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    "<style>text{font:13px system-ui,sans-serif;fill:#555}.grid{stroke:#999;stroke-opacity:.3}",
    "@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>",
    `<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-weight="bold">${title}</text>`,
    ...decadesOf(x.ticks()).map((tick) => gridLine(x(tick), MARGIN.top, x(tick), HEIGHT - MARGIN.bottom, tick, "x")),
    ...decadesOf(y.ticks()).map((tick) => gridLine(MARGIN.left, y(tick), WIDTH - MARGIN.right, y(tick), tick, "y")),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">${counted}</text>`,
    `<text transform="translate(18 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">milliseconds</text>`,
    ...curves.map(({ way, points }, index) => {
      const { colour, dashes } = STYLES[index % STYLES.length] ?? STYLES[0];
      const marks = points.map(
        ({ count, ms }) => `<circle cx="${x(count).toFixed(1)}" cy="${y(ms).toFixed(1)}" r="4"/>`,
      );
      const legend = `<text x="${MARGIN.left + 14}" y="${MARGIN.top + 20 + 20 * index}" style="fill:${colour}">${way}</text>`;
      return `<g fill="${colour}"><path d="${path(points) ?? ""}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"/>${marks.join("")}${legend}</g>`;
    }),
    "</svg>\n",
  ].join("\n");
}

function gridLine(x1: number, y1: number, x2: number, y2: number, tick: number, axis: "x" | "y"): string {
  const label =
    axis === "x"
      ? `<text x="${x1.toFixed(1)}" y="${y2 + 20}" text-anchor="middle">${tick.toLocaleString("en")}</text>`
      : `<text x="${x1 - 8}" y="${(y1 + 4).toFixed(1)}" text-anchor="end">${tick.toLocaleString("en")}</text>`;
  return `<line class="grid" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>${label}`;
}

function extentOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function decadesOf(ticks: readonly number[]): number[] {
  return ticks.filter((tick) => /^(10*|0\.0*1)$/.test(String(tick)));
}
