/** One card per sensor: where it is worn, how its signal does, and its trace. */

import { make, mark, rows, write } from "./dom.js";
import { PLACES, STATES, sideOf, told } from "./words.js";

const GRADES = { ok: "ok", amber: "look", red: "bad" };

/**
 * Show the sensors; gives the boxes for the traces.
 * @param {Element} parent
 * @param {import("./types.js").Sensor[]} sensors
 * @returns {HTMLElement[]}
 */
export function cards(parent, sensors) {
  mark(/** @type {Element} */ (parent.closest(".walk")), "many", sensors.length > 4);
  rows(parent, sensors, (sensor) => sensor.name, card, update);
  return /** @type {HTMLElement[]} */ ([...parent.querySelectorAll(".plot")]);
}

/** @param {import("./types.js").Sensor} sensor */
function card(sensor) {
  const vital = (/** @type {string} */ name, /** @type {string} */ key) => make("span", {}, `${name} `, make("b", { "data-v": key }));
  return make(
    "article",
    { class: "trace-card", "aria-label": sensor.name },
    make("header", {}, make("h3"), make("span", { class: "state" }), make("span", { class: "chip" })),
    make("div", { class: "plot", role: "img", "aria-label": "Trace of the last 6 seconds" }),
    make("p", { class: "vitals" }, vital("", "hz"), vital("lost", "loss"), vital("gap", "gap"), vital("battery", "battery")),
  );
}

/** @param {HTMLElement} element @param {import("./types.js").Sensor} sensor */
function update(element, sensor) {
  const find = (/** @type {string} */ selector) => /** @type {Element} */ (element.querySelector(selector));
  write(find("h3"), PLACES[sensor.placement] ?? sensor.placement);
  write(find(".state"), sensor.live ? "" : STATES[sensor.state] ?? sensor.state);
  const chip = find(".chip");
  write(chip, GRADES[sensor.grade]);
  chip.className = `chip ${sensor.grade}`;
  mark(element, "amber", sensor.grade === "amber");
  mark(element, "red", sensor.grade === "red");
  mark(element, "left-side", sideOf(sensor.placement) === "left");
  mark(element, "right-side", sideOf(sensor.placement) === "right");
  write(find("[data-v=hz]"), told(sensor.hz, 0, "Hz"));
  write(find("[data-v=loss]"), told(sensor.loss_pct, 1, "%"));
  write(find("[data-v=gap]"), told(sensor.gap_s, 2, "s"));
  write(find("[data-v=battery]"), told(sensor.battery_pct, 0, "%"));
}
