/** Commands to the live recording, under the name of this tab. */

import { send } from "../api.js";

const KEY = "gaitchain-tab";

/** What this tab calls itself, as long as it is open. */
export const TAB = (() => {
  const known = sessionStorage.getItem(KEY);
  const name = known ?? Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!known) sessionStorage.setItem(KEY, name);
  return name;
})();

/**
 * Ask for something.
 * @param {string} command
 * @param {unknown} [body]
 */
export function ask(command, body) {
  return send("POST", `/api/live/${command}`, body, { "X-Gaitchain-Tab": TAB });
}
