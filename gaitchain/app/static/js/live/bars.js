/** A value on its band: the band grey in the middle third, a mark that differs in shape when it leaves it. */

const NS = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Record<string, string|number>} attributes */
function shape(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * Whether a value lies in its band.
 * @param {number} value
 * @param {[number, number]} band
 */
export const within = (value, band) => value >= band[0] && value <= band[1];

/**
 * Draw, or move the mark of what was drawn.
 * @param {Element} place
 * @param {number|null} value
 * @param {[number, number]|null} band
 */
export function bar(place, value, band) {
  let picture = place.querySelector("svg");
  if (!band) {
    picture?.remove();
    return;
  }
  if (!picture) {
    picture = /** @type {SVGSVGElement} */ (shape("svg", { viewBox: "0 0 240 10", "aria-hidden": "true", preserveAspectRatio: "none" }));
    picture.append(
      shape("line", { x1: 0, x2: 240, y1: 5, y2: 5, stroke: "#d5dce3", "stroke-width": 1 }),
      shape("rect", { x: 80, y: 1, width: 80, height: 8, fill: "#dfe4e9" }),
      shape("line", { x1: 120, x2: 120, y1: 0, y2: 10, stroke: "#8fa1ae", "stroke-width": 1 }),
      shape("rect", { y: 0, width: 6, height: 10, rx: 3, class: "mark" }),
    );
    place.append(picture);
  }
  const mark = /** @type {SVGElement} */ (picture.querySelector(".mark"));
  mark.setAttribute("visibility", value === null ? "hidden" : "visible");
  if (value === null) return;
  const inside = within(value, band);
  const middle = 120 + ((value - (band[0] + band[1]) / 2) / (band[1] - band[0])) * 80;
  mark.setAttribute("x", String(Math.min(Math.max(middle, 3), 237) - (inside ? 3 : 5)));
  mark.setAttribute("width", inside ? "6" : "10");
  mark.setAttribute("rx", inside ? "3" : "0");
  mark.setAttribute("fill", inside ? "#2b6a4d" : "#9a4b00");
}
