/** Biofeedback: a large bar, and a sound while the chosen measure is outside its band. Both are off until chosen. */

import { within } from "./bars.js";
import { at, mark, write } from "./dom.js";
import { allow, tone } from "./sound.js";
import { measures } from "./numbers.js";
import { told } from "./words.js";

const NAMES = { stance: "Stance, left − right", step: "Step, left − right", drop: "Pelvic drop, left − right" };
const LOW_HZ = 330; // left smaller
const HIGH_HZ = 494; // left larger
const EVERY_MS = 1500;
let sounded = 0;

/** @param {boolean} high */
function beep(high) {
  if (!(/** @type {HTMLInputElement} */ (at("fb-sound")).checked) || performance.now() - sounded < EVERY_MS) return;
  sounded = performance.now();
  tone(high ? HIGH_HZ : LOW_HZ);
}

/** Sound may only begin after somebody has asked for it. */
export function listen() {
  at("fb-sound").addEventListener("change", () => allow());
}

/** @param {import("./types.js").State} state */
export function feedback(state) {
  const chosen = /** @type {"stance"|"step"|"drop"|""} */ (/** @type {HTMLSelectElement} */ (at("fb-measure")).value);
  at("fb-bar").hidden = !chosen;
  mark(/** @type {Element} */ (at("fb-bar").closest(".walk")), "with-bar", chosen !== "");
  if (!chosen || !state.walked) return;
  const { value, band, unit } = measures(state.walked)[chosen];
  const inside = value === null || within(value, band);
  const where = value === null ? "not enough strides yet" : inside ? "in its band" : value < band[0] ? "left too small" : "left too large";
  write(at("fb-said"), `${NAMES[chosen]}: ${told(value, 1, unit, true)}, ${where}`);
  const middle = value === null ? 50 : 50 + ((value - (band[0] + band[1]) / 2) / (band[1] - band[0])) * 33.4;
  at("fb-mark").style.left = `${Math.min(Math.max(middle, 1), 99)}%`;
  if (!inside && value !== null && state.phase === "recording") beep(value > band[1]);
}
