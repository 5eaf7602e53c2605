/** Where sensors are worn: a row per sensor, lit when it is tapped, and the map of the body. */

import { at, make, mark, rows, write } from "./dom.js";
import { ask } from "./commands.js";
import { PLACES, sideOf } from "./words.js";

const LIT_S = 4;

/** @type {(error: unknown) => void} */
let onWrong = () => {};

/**
 * Show them.
 * @param {import("./types.js").State} state
 * @param {boolean} leads
 * @param {(error: unknown) => void} wrong
 */
export function places(state, leads, wrong) {
  onWrong = wrong;
  const body = /** @type {Element} */ (at("body-nodes").querySelector("tbody"));
  rows(body, state.nodes, (sensor) => sensor.name, (sensor) => row(sensor, state), (element, sensor) => update(element, sensor, leads));
  map(state.nodes);
  const twice = doubled(state.nodes);
  const place = at("body-wrong");
  place.hidden = twice === "";
  write(place, twice);
  /** @type {HTMLButtonElement} */ (at("places-done")).disabled = twice !== "" || state.nodes.every((sensor) => !sensor.live);
}

/** @param {import("./types.js").Sensor[]} sensors */
function doubled(sensors) {
  const all = sensors.map((sensor) => sensor.placement);
  const twice = all.find((place, i) => all.indexOf(place) !== i);
  return twice ? `Two sensors are at the ${PLACES[twice]}; change one.` : "";
}

/** @param {import("./types.js").Sensor} sensor @param {import("./types.js").State} state */
function row(sensor, state) {
  const select = make("select", { "aria-label": `Place of sensor ${sensor.name}` }, ...Object.entries(PLACES).map(([key, words]) => make("option", { value: key }, words)));
  select.addEventListener("change", () => void change(sensor.name, /** @type {HTMLSelectElement} */ (select).value));
  const blink = make("button", { type: "button", class: "button" }, "Let it blink");
  blink.addEventListener("click", () => ask("identify", { node: sensor.name, seconds: 5 }).catch(onWrong));
  const end = make("td", { class: "end" }, make("span", { class: "tap-note" }), blink);
  if (state.source === "sim") {
    const tap = make("button", { type: "button", class: "button" }, "Tap it");
    tap.addEventListener("click", () => ask("tapped", { node: sensor.name }).catch(onWrong));
    end.append(" ", tap);
  }
  return make("tr", {}, make("th", { scope: "row" }, make("b", { class: "nr" }), make("code", {}, sensor.name), make("small")), make("td", {}, select), end);
}

/** @param {HTMLElement} element @param {import("./types.js").Sensor} sensor @param {boolean} leads */
function update(element, sensor, leads) {
  const tapped = sensor.tapped_s !== null && sensor.tapped_s < LIT_S;
  mark(element, "tapped", tapped);
  write(/** @type {Element} */ (element.querySelector(".tap-note")), tapped ? "tapped" : "");
  write(/** @type {Element} */ (element.querySelector(".nr")), String([...(element.parentElement?.children ?? [])].indexOf(element) + 1));
  write(/** @type {Element} */ (element.querySelector("small")), sensor.live ? `battery ${sensor.battery_pct ?? "–"} %` : sensor.why || sensor.state);
  const select = /** @type {HTMLSelectElement} */ (element.querySelector("select"));
  select.disabled = !leads;
  if (document.activeElement !== select || select.value !== sensor.placement) select.value = sensor.placement;
  for (const button of element.querySelectorAll("button")) button.disabled = !leads;
}

/** Two that change places do it in one request. @param {string} name @param {string} place */
async function change(name, place) {
  const other = shown.find((sensor) => sensor.placement === place && sensor.name !== name);
  const own = shown.find((sensor) => sensor.name === name);
  /** @type {Record<string, string>} */
  const places = { [name]: place };
  if (other && own) places[other.name] = own.placement;
  await ask("place", { places, done: false }).catch(onWrong);
}

/** @type {import("./types.js").Sensor[]} */
let shown = [];

/** @param {import("./types.js").Sensor[]} sensors */
function map(sensors) {
  shown = sensors;
  for (const place of document.querySelectorAll(".place")) {
    const name = /** @type {SVGElement} */ (place).dataset.place ?? "";
    const index = sensors.findIndex((sensor) => sensor.placement === name);
    const sensor = sensors[index];
    mark(place, "on", Boolean(sensor));
    mark(place, "left", sideOf(name) === "left");
    mark(place, "right", sideOf(name) === "right");
    mark(place, "tapped", Boolean(sensor) && sensor.tapped_s !== null && sensor.tapped_s < LIT_S);
    write(/** @type {Element} */ (place.querySelector("text")), sensor ? String(index + 1) : "");
  }
}
