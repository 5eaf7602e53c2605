/** The verdict: what was recorded, pain and notes, and the decision. */

import { send } from "../api.js";
import { bar, within } from "./bars.js";
import { ask } from "./commands.js";
import { at, make, rows, write } from "./dom.js";
import { told } from "./words.js";

/** @type {Record<string, [string, number]>} Name and decimals. */
const NAMES = {
  "gait.speed_m_s": ["Walking speed", 2],
  stance_time: ["Stance time, left − right", 1],
  "pelvis.drop_difference_deg": ["Pelvic drop, left − right", 1],
};

/** @type {import("./types.js").State|null} */
let newest = null;
/** @type {(() => void)[]} */
let waiting = [];

/** @param {import("./types.js").State} state */
export function verdict(state) {
  newest = state;
  const said = state.verdict;
  if (!said) return;
  for (const box of document.querySelectorAll("[data-verdict]")) {
    const element = /** @type {HTMLElement} */ (box);
    element.hidden = element.dataset.verdict !== said.verdict;
  }
  rows(at("verdict-reasons"), said.reasons, (reason) => reason, (reason) => make("li", {}, reason), () => {});
  const { left, right } = said.strides;
  write(at("verdict-strides"), `Strides used: left ${left.valid} of ${left.detected}, right ${right.valid} of ${right.detected}.`);
  rows(at("verdict-numbers"), said.headline, (one) => one.key, create, update);
  write(at("verdict-state"), said.final ? "" : "What was seen live; the whole recording is being read …");
  if (said.final) {
    for (const go of waiting) go();
    waiting = [];
  }
}

/** @param {import("./types.js").Headline} one */
function create(one) {
  return make("div", {}, make("dt", {}, NAMES[one.key]?.[0] ?? one.key), make("dd"), make("dd", { class: "bar" }), make("dd", { class: "note" }));
}

/** @param {HTMLElement} element @param {import("./types.js").Headline} one */
function update(element, one) {
  const unit = one.unit === "deg" ? "°" : one.unit;
  const value = one.status === "observed" ? one.value : null;
  write(/** @type {Element} */ (element.querySelector("dd")), told(value, NAMES[one.key]?.[1] ?? 1, unit, one.key !== "gait.speed_m_s"));
  bar(/** @type {Element} */ (element.querySelector(".bar")), value, value === null ? null : one.band);
  const where = value === null ? one.reason : one.band ? (within(value, one.band) ? "within reference" : "outside reference") : "";
  write(/** @type {Element} */ (element.querySelector(".note")), where);
}

/** Once the whole recording has been read and stored. */
function settled() {
  return newest?.verdict?.final ? Promise.resolve() : new Promise((go) => waiting.push(() => go(undefined)));
}

/** @param {"accept"|"repeat"} decision */
async function decide(decision) {
  const buttons = /** @type {HTMLButtonElement[]} */ ([at("accept"), at("repeat")]);
  for (const button of buttons) button.disabled = true;
  try {
    await settled();
    const form = new FormData(/** @type {HTMLFormElement} */ (at("care")));
    const after = form.get("pain_after");
    await send("PUT", `/api/sessions/${newest?.session}/care`, {
      protocol: newest?.protocol ?? "",
      condition: newest?.condition ?? "",
      pain_before: newest?.pain_before ?? null,
      pain_after: after === null ? null : Number(after),
      notes: String(form.get("notes") ?? ""),
      verdict: null,
    });
    const { session } = await ask(decision);
    /** @type {HTMLFormElement} */ (at("care")).reset();
    if (decision === "accept") window.location.assign(`/sessions/${session}`);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/**
 * Listen to the two buttons.
 * @param {(error: unknown) => void} wrong
 */
export function listen(wrong) {
  at("accept").addEventListener("click", () => decide("accept").catch(wrong));
  at("repeat").addEventListener("click", () => decide("repeat").catch(wrong));
}
