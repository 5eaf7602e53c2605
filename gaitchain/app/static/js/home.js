/** The first page: readiness, finding a code, the simulated patient. */

import { send } from "./api.js";

const SIMULATED = {
  code: "SIMULATED", age_years: 58, sex: "female", height_m: 1.68, mass_kg: 72, leg_length_m: 0.89,
  painful_side: "left", walking_aid: null, red_flags: [], notes: "Made of software, for trying out.",
};
const SIGNS = { ok: "✓", warn: "!", bad: "×" };
const WORDS = { ok: "good", warn: "look at it", bad: "missing" };

async function readiness() {
  const list = document.getElementById("readiness");
  if (!list) return;
  try {
    /** @type {{key: string, state: "ok"|"warn"|"bad", text: string, fix: string}[]} */
    const lines = await send("GET", list.dataset.api ?? "");
    list.replaceChildren(...lines.map(lineOf));
  } catch (error) {
    list.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** @param {{key: string, state: "ok"|"warn"|"bad", text: string, fix: string}} line */
function lineOf(line) {
  const item = document.createElement("li");
  item.className = line.state;
  const sign = document.createElement("span");
  sign.className = "state";
  sign.textContent = SIGNS[line.state];
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", WORDS[line.state]);
  const words = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = line.key.charAt(0).toUpperCase() + line.key.slice(1);
  words.append(name, `: ${line.text}`);
  if (line.fix) {
    const fix = document.createElement("span");
    fix.className = "fix";
    fix.textContent = line.fix.charAt(0).toUpperCase() + line.fix.slice(1);
    words.append(fix);
  }
  item.append(sign, words);
  return item;
}

function finder() {
  const input = document.getElementById("find");
  if (!(input instanceof HTMLInputElement)) return;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of document.querySelectorAll("#patients tbody tr")) {
      const fits = (row.querySelector("th")?.textContent ?? "").toLowerCase().includes(wanted);
      /** @type {HTMLElement} */ (row).hidden = !fits;
      shown += Number(fits);
    }
    const none = document.getElementById("found-none");
    if (none) none.hidden = shown > 0;
  });
}

async function tryIt() {
  const place = document.getElementById("try-wrong");
  try {
    /** @type {{pid: string, code: string}[]} */
    const found = await send("POST", "/api/patients/search", { text: SIMULATED.code });
    const known = found.find((patient) => patient.code === SIMULATED.code);
    const patient = known ?? (await send("POST", "/api/patients", SIMULATED));
    window.location.assign(`/patients/${patient.pid}/record?source=sim`);
  } catch (error) {
    if (!place) return;
    place.textContent = error instanceof Error ? error.message : String(error);
    place.hidden = false;
  }
}

void readiness();
finder();
document.getElementById("try")?.addEventListener("click", () => void tryIt());
