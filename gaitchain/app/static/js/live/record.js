/** The record page: states and samples come over the socket, commands go by requests. */

import { decode } from "./blocks.js";
import { cards } from "./cards.js";
import { checks } from "./checks.js";
import { ask } from "./commands.js";
import { at, make, rows, write } from "./dom.js";
import * as feedback from "./feedback.js";
import * as markers from "./markers.js";
import { numbers } from "./numbers.js";
import { places } from "./places.js";
import { LiveSocket } from "./socket.js";
import { allow, tone } from "./sound.js";
import { show, stepOf } from "./steps.js";
import { Traces } from "./traces.js";
import * as verdict from "./verdict.js";
import { PLACES, STATES, told } from "./words.js";

/** @typedef {import("./types.js").State} State */

const page = at("live");
const pid = page.dataset.pid ?? "";
const may = page.dataset.may === "yes";
const OLD_S = 2;
const STAND_S = 5;
const STOOD_HZ = 660;
const NEXT_HZ = 880; // now something else is to be done
const traces = new Traces();
/** @type {State|null} */
let state = null;
let backToBody = false;

/** @param {unknown} error */
function wrong(error) {
  const place = at("wrong");
  write(place, error instanceof Error ? error.message : String(error));
  place.hidden = false;
}

/** @param {string} command @param {unknown} [body] */
const command = (command, body) => ask(command, body).then(() => (at("wrong").hidden = true), wrong);

/** @param {number} before @param {number} moment @param {number} after */
const within = (before, moment, after) => before < moment && moment <= after;

/** @param {State} now */
function take(now) {
  if (state?.session !== now.session) traces.clear();
  if (state?.phase === "calibrating" && now.phase === "ready") tone(STOOD_HZ);
  if (state && now.phase === "recording" && now.parts.some((part) => within(state.elapsed_s, part.until_s, now.elapsed_s))) tone(NEXT_HZ);
  state = now;
  const leads = may && now.controller;
  const own = stepOf(now, pid);
  if (own !== "check") backToBody = false;
  show(backToBody ? "body" : own);
  page.classList.toggle("viewing", !leads);
  at("viewer").hidden = leads || own === "protocol" || own === "other";
  document.body.dataset.stays = ["walk", "saving"].includes(own) && now.phase !== "ready" ? "yes" : "";
  const draw = { other, connect, body: () => places(now, leads, wrong), check: () => (backToBody ? places(now, leads, wrong) : checks(now)), still, walk, verdict: verdict.verdict, failed };
  draw[/** @type {"walk"} */ (own)]?.(now);
}

/** @param {State} now */
function other(now) {
  write(at("other-who"), `It is ${now.patient?.code ?? "somebody without a code"}.`);
  at("other-link").setAttribute("href", `/patients/${now.patient?.pid}/record`);
}

/** @param {State} now */
function connect(now) {
  const body = /** @type {Element} */ (at("connect-nodes").querySelector("tbody"));
  const create = () => make("tr", {}, make("th", { scope: "row" }), make("td"), make("td"), make("td", { class: "num" }));
  rows(body, now.nodes, (sensor) => sensor.name, create, (element, sensor) => {
    const words = [sensor.name, PLACES[sensor.placement], sensor.why || STATES[sensor.state] || sensor.state, told(sensor.battery_pct, 0, "%")];
    words.forEach((text, i) => write(element.children[i], text));
  });
}

/** @param {State} now */
function still(now) {
  const left = now.calibration?.left_s ?? 0;
  write(at("still-left"), String(Math.ceil(left)));
  at("ring").style.strokeDasharray = `${Math.min(100, 100 * (1 - left / STAND_S))} 100`;
  write(at("still-said"), now.calibration?.text || "Upright, both feet loaded, arms hanging.");
  const body = /** @type {Element} */ (at("clocks").querySelector("tbody"));
  const create = () => make("tr", {}, make("th", { scope: "row" }), ...[1, 2, 3, 4].map(() => make("td", { class: "num" })));
  rows(body, now.nodes, (sensor) => sensor.name, create, (element, one) => {
    const words = [PLACES[one.placement], told(one.hz, 1, "Hz"), told(one.ppm, 1, "ppm", true), told(one.residual_ms, 2, "ms"), told(one.uncertainty_ms, 2, "ms")];
    words.forEach((text, i) => write(element.children[i], text));
  });
}

/** @param {State} now */
function walk(now) {
  const recording = now.phase === "recording";
  write(at("walk-title"), recording ? "Recording" : "Ready");
  at("begin").hidden = recording;
  at("not-walk").hidden = recording;
  at("stop").hidden = !recording;
  traces.into(cards(at("cards"), now.nodes));
  numbers(now);
  markers.markers(now);
  feedback.feedback(now);
}

/** @param {State} now */
function failed(now) {
  write(at("failed-said"), now.failure || now.told.at(-1) || "The recording ended.");
}

const socket = new LiveSocket({
  state: take,
  block: (message) => traces.take(decode(message)),
  lost: (known) => {
    const banner = at("lost");
    banner.hidden = false;
    const going = state && ["recording", "ready", "calibrating", "checking"].includes(state.phase);
    write(banner, known
      ? `No connection to the server${going ? "; if it runs, the recording goes on" : ""}. Trying again …`
      : "The server was started anew and does not know this browser. Open the address that `gaitchain serve` has printed; what was recorded is kept.");
  },
  back: () => (at("lost").hidden = true),
});

setInterval(() => {
  const age = at("age");
  const old = socket.age_s > OLD_S;
  write(age, old ? `Newest data ${socket.age_s.toFixed(0)} s old` : `Newest data ${socket.age_s.toFixed(1)} s old`);
  age.classList.toggle("old", old);
}, 250);

const start = /** @type {HTMLFormElement} */ (at("start"));
const source = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (start.elements.namedItem("source")));
source.value = new URLSearchParams(window.location.search).get("source") ?? localStorage.getItem("gaitchain-source") ?? "ble";
if (source.selectedIndex < 0) source.value = "ble";
start.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(start);
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "");
  localStorage.setItem("gaitchain-source", text("source"));
  const pain = text("pain_before");
  void command("start", {
    pid, protocol: text("protocol"), source: text("source"), condition: text("condition"),
    pain_before: pain === "" ? null : Number(pain),
  });
});
at("places-done").addEventListener("click", () => {
  backToBody = false;
  void command("place", { places: {}, done: true }).then(() => state && take(state));
});
at("calibrate").addEventListener("click", allow);
at("back-to-body").addEventListener("click", () => {
  backToBody = true;
  if (state) take(state);
});
at("swap").addEventListener("click", () => {
  const knees = (state?.nodes ?? []).filter((sensor) => sensor.placement.startsWith("knee_"));
  const swapped = Object.fromEntries(knees.map((sensor) => [sensor.name, sensor.placement === "knee_left" ? "knee_right" : "knee_left"]));
  void command("place", { places: swapped, done: true });
});
for (const [id, name] of [["calibrate", "calibrate"], ["skip", "skip"], ["begin", "begin"], ["stop", "stop"], ["take-control", "control"]]) {
  document.getElementById(id)?.addEventListener("click", () => void command(name));
}
for (const button of document.querySelectorAll("[data-does]")) {
  button.addEventListener("click", () => void command(/** @type {HTMLElement} */ (button).dataset.does ?? ""));
}
markers.listen(wrong);
verdict.listen(wrong);
feedback.listen();
