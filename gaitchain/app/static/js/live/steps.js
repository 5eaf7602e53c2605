/** Which step is shown: the phase of the server decides, so that every window and every reload agree. */

import { at } from "./dom.js";

/** @type {Record<import("./types.js").Phase, string>} */
const STEP_OF = {
  idle: "protocol", searching: "connect", connecting: "connect", placing: "body", checking: "check", calibrating: "still",
  ready: "walk", recording: "walk", stopping: "saving", verdict: "verdict", failed: "failed",
};
const OVER = ["idle", "verdict", "failed"];
const IN_STEPPER = { saving: "verdict", failed: "connect", other: "protocol" };

/**
 * The step of a state, for the page of one patient.
 * @param {import("./types.js").State} state
 * @param {string} pid
 */
export function stepOf(state, pid) {
  const others = state.patient !== null && state.patient.pid !== pid;
  if (others) return OVER.includes(state.phase) ? "protocol" : "other";
  return STEP_OF[state.phase];
}

let shown = "";

/**
 * Show a step; focus goes to its title, for readers and for the keyboard.
 * @param {string} step
 */
export function show(step) {
  if (step === shown) return false;
  const first = shown === "";
  shown = step;
  for (const section of document.querySelectorAll(".step")) {
    const element = /** @type {HTMLElement} */ (section);
    element.hidden = element.dataset.for !== step;
  }
  const key = IN_STEPPER[/** @type {"saving"} */ (step)] ?? step;
  let before = true;
  for (const item of document.querySelectorAll(".stepper li")) {
    const element = /** @type {HTMLElement} */ (item);
    const here = element.dataset.step === key;
    if (here) before = false;
    element.classList.toggle("done", before);
    if (here) element.setAttribute("aria-current", "step");
    else element.removeAttribute("aria-current");
  }
  const title = document.querySelector(`.step[data-for=${step}] h2`);
  if (!first && title instanceof HTMLElement) title.focus({ preventScroll: true });
  if (!first) window.scrollTo(0, 0);
  at("wrong").hidden = true;
  return true;
}
