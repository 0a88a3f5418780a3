import { parseMarbleDiagramSpecification } from "@swirly/parser";
import { renderMarbleDiagram } from "@swirly/renderer-node";
import type { DiagramSpecification, StreamSpecification } from "@swirly/types";
import type { Diagram, DrawnCase } from "./Diagram.js";

/** Each colour in the light, and what stands in its place in the dark. */
const COLOURS = {
  ink: ["#1f2328", "#e6edf3"],
  muted: ["#59636e", "#9198a1"],
  paper: ["#ffffff", "#0d1117"],
  box: ["#f6f8fa", "#161b22"],
  value: ["#cfe5ff", "#14375e"],
  otherValue: ["#e5dbff", "#3d2a66"],
  running: ["#c7f0d2", "#14492a"],
  paused: ["#ffe7a8", "#5c4400"],
  terminated: ["#ffd0cc", "#6b1f1b"],
} as const;

/** What a marble stands for: an op's state, or a value, of the op that the picture is about or of another. */
const FILLS: Readonly<Record<string, keyof typeof COLOURS>> = {
  r: "running",
  p: "paused",
  t: "terminated",
  x: "otherValue",
  y: "otherValue",
  z: "otherValue",
};

const FONT = "system-ui, -apple-system, Segoe UI, sans-serif";

const styles = {
  canvas_padding: 16,
  frame_width: 34,
  event_radius: 15,
  event_value_font_size: 15,
  event_value_font_family: FONT,
  event_fill_color: light("value"),
  event_stroke_color: light("ink"),
  event_stroke_width: 1.5,
  event_value_color: light("ink"),
  arrow_fill_color: light("ink"),
  arrow_stroke_color: light("ink"),
  arrow_stroke_width: 1.5,
  background_color: "",
  completion_height: 30,
  completion_stroke_color: light("ink"),
  error_color: light("ink"),
  error_size: 18,
  stacking_height: 32,
  stream_spacing: 8,
  stream_title_color: light("muted"),
  stream_title_font_family: FONT,
  stream_title_font_size: 14,
  stream_title_width: 110,
  operator_fill_color: light("box"),
  operator_stroke_color: light("ink"),
  operator_stroke_width: 1.5,
  operator_corner_radius: 6,
  operator_height: 36,
  operator_spacing: 4,
  operator_title_color: light("ink"),
  operator_title_font_family: "ui-monospace, SFMono-Regular, Menlo, monospace",
  operator_title_font_size: 15,
};

/** The picture as an SVG, which shows in the light and in the dark what each of them needs. */
export function drawDiagram({ call, description, cases }: Diagram): string {
  const parsed = cases.map((drawnCase) => parseCase(call, drawnCase));
  const end =
    1 + Math.max(...parsed.flatMap(({ content }) => content.map((item) => (item.kind === "S" ? item.duration : 0))));
  const drawn = parsed.map((specification) => renderMarbleDiagram(prolonged(specification, end), { styles }));

  const width = Math.max(...drawn.map((part) => part.width));
  const parts: string[] = [];
  let height = 0;
  for (const part of drawn) {
    parts.push(part.xml.replace(/^<svg /, `<svg y="${height}" `));
    height += part.height;
  }
  const open = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${description}"`;
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  const paper = `<rect width="${width}" height="${height}" fill="${light("paper")}"/>`;
  const svg = `${open} ${size}>\n${[inTheDark(), paper, ...parts].join("\n")}\n</svg>\n`;
  return svg.replaceAll(/\d+\.\d{3,}/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

function parseCase(call: string, { inputs, output }: DrawnCase): DiagramSpecification {
  const blocks = [
    ...Object.entries(FILLS).map(([marble, fill]) => `[styles.${marble}]\nfill_color = ${light(fill)}`),
    ...inputs.map(({ title, marbles }) => `${marbles}\ntitle = ${title}`),
    `> ${call}`,
    `${output}\ntitle = result`,
  ];
  return parseMarbleDiagramSpecification(blocks.join("\n\n"));
}

/** A stream that nothing ends goes on to the end of the picture, and one that ends a little further than that. */
function prolonged({ content }: DiagramSpecification, end: number): DiagramSpecification {
  return {
    content: content.map((item) =>
      item.kind === "S" ? { ...item, duration: isEnded(item) ? item.duration + 1 : end } : item,
    ),
  };
}

function isEnded({ messages }: StreamSpecification): boolean {
  const last = messages.at(-1)?.notification.kind;
  return last === "C" || last === "E";
}

function light(name: keyof typeof COLOURS): string {
  return COLOURS[name][0];
}

function inTheDark(): string {
  const rules = Object.values(COLOURS).map(
    ([day, night]) => `[fill="${day}"]{fill:${night}}[stroke="${day}"]{stroke:${night}}`,
  );
  return `<style>@media(prefers-color-scheme:dark){${rules.join("")}}</style>`;
}
