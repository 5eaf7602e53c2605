/** Forms that go to the API: `data-api` says where, `data-method` how, `data-then` where to go on. */

import { send } from "./api.js";

const NUMBERS = ["age_years", "height_m", "mass_kg", "leg_length_m", "pain_before", "pain_after"];
const OR_NULL = [...NUMBERS, "sex", "painful_side", "walking_aid", "verdict"];

/**
 * What a form says, as the API takes it: empty is null where the API knows null, numbers are numbers.
 * @param {HTMLFormElement} form
 */
export function said(form) {
  if (form.dataset.shape === "nothing") return undefined;
  const data = new FormData(form);
  if (form.dataset.shape === "upload") return data;
  /** @type {Record<string, unknown>} */
  const body = {};
  for (const [name, value] of data) {
    const text = String(value).trim();
    if (name === "red_flags") continue;
    body[name] = text === "" && OR_NULL.includes(name) ? null : NUMBERS.includes(name) ? Number(text) : String(value);
  }
  if (form.dataset.shape === "patient") body.red_flags = data.getAll("red_flags");
  return body;
}

/**
 * Show a refusal in a form, or take it away.
 * @param {ParentNode} within
 * @param {string} sentence
 */
export function wrong(within, sentence) {
  const place = within.querySelector(".wrong");
  if (!(place instanceof HTMLElement)) return;
  place.textContent = sentence;
  place.hidden = !sentence;
}

/** @param {HTMLFormElement} form */
async function submit(form) {
  const typed = form.querySelector("[data-must]");
  if (typed instanceof HTMLInputElement && typed.value.trim() !== typed.dataset.must) {
    wrong(form, `Type ${typed.dataset.must} to go on.`);
    return;
  }
  wrong(form, "");
  const button = form.querySelector("button:not([type=button])");
  const words = button?.textContent ?? "";
  if (button instanceof HTMLButtonElement) {
    button.disabled = true;
    button.textContent = button.dataset.busy ?? words;
  }
  try {
    const answer = await send(form.dataset.method ?? "POST", form.dataset.api ?? "", said(form));
    const done = form.querySelector(".saved");
    if (done) done.textContent = form.dataset.said ?? "Saved.";
    const then = form.dataset.then;
    if (then) {
      window.location.assign(then.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(answer[key])));
      return;
    }
  } catch (error) {
    wrong(form, error instanceof Error ? error.message : String(error));
  }
  if (button instanceof HTMLButtonElement) {
    button.disabled = false;
    button.textContent = words;
  }
}

/**
 * The own words of a field for a number beyond its range: "less than or equal to 2.6" helps nobody who wrote centimetres.
 * @param {HTMLInputElement} field
 */
function beyond(field) {
  field.addEventListener("invalid", () => {
    if (field.validity.rangeOverflow) field.setCustomValidity(field.dataset.beyond ?? "");
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
}

/** Take over all such forms of the page. */
export function forms() {
  for (const form of document.querySelectorAll("form[data-api]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    for (const field of form.querySelectorAll("[data-beyond]")) beyond(/** @type {HTMLInputElement} */ (field));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void submit(form);
    });
    form.addEventListener("input", () => {
      const done = form.querySelector(".saved");
      if (done) done.textContent = "";
    });
  }
}
