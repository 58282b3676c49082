import type { Level } from "../client/index.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Paths on a grid of 14, stroked unless filled. */
const GLYPHS = {
  success: { label: "Success", path: "M2.5 7.5 5.5 10.5 11.5 3.5", filled: false },
  warning: { label: "Warning", path: "M7 2 12.5 11.75H1.5ZM7 5.5V8.5M7 9.9V10.1", filled: false },
  error: { label: "Error", path: "M7 1 13 7 7 13 1 7Z", filled: true },
  out: { label: "", path: "M5 3H11V9M11 3 3.5 10.5", filled: false },
} as const;

/** A level's sign; none for `info`. */
export function levelGlyph(level: Level): SVGSVGElement | undefined {
  return level === "info" ? undefined : glyph(level);
}

/** A small drawing that takes its colour from the text around it. */
export function glyph(name: keyof typeof GLYPHS): SVGSVGElement {
  const { label, path, filled } = GLYPHS[name];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("class", `glyph ${name}${filled ? " filled" : ""}`);
  if (label === "") {
    svg.setAttribute("aria-hidden", "true");
  } else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}
