/** Markers while walking: a key or a button each, the last one with undo. */

import { onLetter } from "../keyboard.js";
import { ask } from "./commands.js";
import { at, write } from "./dom.js";
import { clock } from "./words.js";

/** @type {(error: unknown) => void} */
let onWrong = () => {};

const pains = () => at("pains");

/** @param {string} kind @param {number} [pain] */
function set(kind, pain) {
  ask("mark", pain === undefined ? { kind } : { kind, pain }).catch(onWrong);
}

/** @param {boolean} open */
function openPains(open) {
  pains().hidden = !open;
  at("pain-open").setAttribute("aria-expanded", String(open));
  if (open) /** @type {HTMLElement} */ (pains().querySelector("button")).focus();
}

/** @param {number} number */
function pain(number) {
  openPains(false);
  at("pain-open").focus();
  set("pain", number);
}

const walking = () => at("markers").offsetParent !== null && !at("stop").hidden;

/**
 * Listen to buttons and keys.
 * @param {(error: unknown) => void} wrong
 */
export function listen(wrong) {
  onWrong = wrong;
  for (const button of document.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => set(/** @type {HTMLElement} */ (button).dataset.mark ?? ""));
  }
  for (const button of document.querySelectorAll("[data-pain]")) {
    button.addEventListener("click", () => pain(Number(/** @type {HTMLElement} */ (button).dataset.pain)));
  }
  at("pain-open").addEventListener("click", () => openPains(pains().hidden));
  at("undo").addEventListener("click", () => ask("undo").catch(onWrong));
  const keys = { m: () => set("event"), t: () => set("turn"), x: () => set("exclude"), p: () => openPains(true), u: () => ask("undo").catch(onWrong) };
  for (const [key, act] of Object.entries(keys)) onLetter(key, () => walking() && act());
  for (let n = 0; n <= 10; n += 1) onLetter(n === 10 ? "a" : String(n), () => !pains().hidden && pain(n));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || pains().hidden) return;
    event.preventDefault();
    openPains(false);
    at("pain-open").focus();
  }, true);
}

/** @param {import("./types.js").State} state */
export function markers(state) {
  const last = state.markers.at(-1);
  const recording = state.phase === "recording";
  write(at("last-mark"), last ? `${last.label.charAt(0).toUpperCase()}${last.label.slice(1)} at ${clock(last.time_s)}` : "");
  at("undo").hidden = !recording || !last;
  at("marks").hidden = !recording;
  if (!recording) pains().hidden = true;
}
