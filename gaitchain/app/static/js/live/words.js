/** Names and numbers of the live view, as the report writes them. */

/** @type {Record<string, string>} */
export const PLACES = {
  knee_left: "left knee", knee_right: "right knee", hip_left: "left hip", hip_right: "right hip",
  thigh_left: "left thigh", thigh_right: "right thigh", sacrum: "sacrum", trunk: "trunk",
};

/** @type {Record<string, string>} */
export const STATES = {
  seen: "seen", connecting: "connecting …", ready: "connected", streaming: "sending", backfilling: "sending, catching up",
  lost: "lost", reconnecting: "lost, reconnecting …", stopping: "stopping", stopped: "stopped", unusable: "cannot be used",
};

/**
 * A number with fixed decimals, a true minus sign, and a dash where there is none.
 * @param {number|null|undefined} value
 * @param {number} decimals
 * @param {string} [unit]
 * @param {boolean} [signed]
 */
export function told(value, decimals, unit = "", signed = false) {
  if (value === null || value === undefined) return "–";
  const fixed = Math.abs(value).toFixed(decimals);
  const zero = Number(fixed) === 0;
  const sign = value < 0 && !zero ? "−" : signed && !zero ? "+" : "";
  return `${sign}${fixed}${unit && unit !== "°" ? "\u00a0" : ""}${unit}`;
}

/** Seconds as a clock shows them. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The side of a place: left, right or neither. @param {string} place */
export function sideOf(place) {
  return place.endsWith("_left") ? "left" : place.endsWith("_right") ? "right" : "";
}
