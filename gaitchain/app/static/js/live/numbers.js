/** The numbers of the walk: clock, strides, cadence, asymmetries on their bands. */

import { bar } from "./bars.js";
import { at, write } from "./dom.js";
import { clock, told } from "./words.js";

/**
 * What biofeedback and bars show: value and band of a measure.
 * @param {import("./types.js").Walked} walked
 * @returns {Record<string, {value: number|null, band: [number, number], unit: string}>}
 */
export function measures(walked) {
  const { left_deg: left, right_deg: right, band } = walked.drop;
  return {
    stance: { ...walked.stance_asym, unit: "%" },
    step: { ...walked.step_asym, unit: "%" },
    drop: { value: left === null || right === null ? null : left - right, band, unit: "°" },
  };
}

/** What is to be done now and until when, and how long the whole lasts. @param {import("./types.js").State} state */
export function plan(state) {
  const { planned_s: planned, parts, elapsed_s: elapsed } = state;
  if (!planned) return "open end";
  if (elapsed >= planned) return `${clock(planned)} are full`;
  const part = parts.find((one) => elapsed < one.until_s);
  return parts.length > 1 && part ? `${part.does} until ${clock(part.until_s)}, of ${clock(planned)}` : `of ${clock(planned)}`;
}

/** @param {import("./types.js").State} state */
export function numbers(state) {
  const walked = state.walked;
  write(at("clock"), clock(state.elapsed_s));
  const planned = state.planned_s;
  /** @type {HTMLProgressElement} */ (at("planned")).value = planned ? Math.min(state.elapsed_s / planned, 1) : 0;
  write(at("planned-said"), plan(state));
  if (!walked) return;
  write(at("strides-left"), String(walked.strides_left));
  write(at("strides-right"), String(walked.strides_right));
  write(at("valid-left"), `${walked.valid_left} usable`);
  write(at("valid-right"), `${walked.valid_right} usable`);
  write(at("n-cadence"), told(walked.cadence_spm, 0, "/min"));
  const all = measures(walked);
  for (const [key, one] of Object.entries(all)) {
    write(at(`n-${key}`), told(one.value, 1, one.unit, true));
    bar(/** @type {Element} */ (document.querySelector(`[data-bar=${key}]`)), one.value, one.band);
  }
  write(at("drop-sides"), `Drop: left stance ${told(walked.drop.left_deg, 1, "°")}, right ${told(walked.drop.right_deg, 1, "°")}`);
}
