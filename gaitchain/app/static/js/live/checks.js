/** The checks before the walk: one line per question, those that ask for a hand first. */

import { at, make, rows, write } from "./dom.js";
import { PLACES } from "./words.js";

const ORDER = ["fail", "warn", "unknown", "pass"];
/** @type {Record<string, [string, string]>} Class and word of the chip. */
const CHIPS = { pass: ["ok", "ok"], warn: ["amber", "look"], fail: ["red", "bad"], unknown: ["amber", "wait"] };
/** @type {Record<string, string>} */
const NAMES = {
  connected: "connected", loss_pct: "signal arrives", battery_pct: "battery", clock_s: "clock", rate_hz: "sample rate", gravity_m_s2: "acceleration at rest",
  upright: "same way up on both sides", steps: "steps are felt", "knees alternate": "knees swing in turn", sides: "left and right",
};

/** @param {import("./types.js").Check} check */
const keyOf = (check) => `${check.name}/${check.placement ?? ""}`;

/**
 * Show them; good ones of one kind are told together.
 * @param {import("./types.js").State} state
 */
export function checks(state) {
  const bad = state.checks.filter((check) => check.outcome !== "pass");
  /** @type {Map<string, import("./types.js").Check>} */
  const good = new Map();
  for (const check of state.checks) {
    if (check.outcome === "pass" && !bad.some((one) => one.name === check.name)) good.set(check.name, { ...check, placement: null });
  }
  const lines = [...bad.sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome)), ...good.values()];
  rows(at("checks"), lines, keyOf, () => make("li", {}, make("span", { class: "chip" }), make("span", { class: "name" })), update);
  /** @type {HTMLButtonElement} */ (at("calibrate")).disabled = state.checks.length === 0;
  at("swap").hidden = !state.checks.some((check) => check.name === "sides" && check.outcome !== "pass" && check.outcome !== "unknown");
}

/** @param {HTMLElement} element @param {import("./types.js").Check} check */
function update(element, check) {
  const [kind, word] = CHIPS[check.outcome];
  const chip = /** @type {Element} */ (element.querySelector(".chip"));
  chip.className = `chip ${kind}`;
  write(chip, word);
  const sentence = check.sentence.replace(/\b(knee|hip|thigh)_(left|right)\b/g, (place) => PLACES[place]).replace("m/s^2", "m/s²");
  const said = check.outcome === "pass" ? NAMES[check.name] ?? check.name : sentence || `${NAMES[check.name] ?? check.name}: not told yet`;
  write(/** @type {Element} */ (element.querySelector(".name")), said.charAt(0).toUpperCase() + said.slice(1));
}
