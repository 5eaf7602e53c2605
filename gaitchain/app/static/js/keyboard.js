/** Keys: Space is the main button of the screen, Esc leads back; a page may take letters of its own. */

const TYPED = "input, select, textarea, [contenteditable]";
const PRESSED = "button, a, summary, input, select, textarea, label";

/** @type {Map<string, () => void>} */
const letters = new Map();

/**
 * Do something on a letter, while nobody types.
 * @param {string} letter
 * @param {() => void} act
 */
export function onLetter(letter, act) {
  letters.set(letter.toLowerCase(), act);
}

/** @param {Element} element */
const seen = (element) => element instanceof HTMLElement && element.offsetParent !== null;

/** The main button of the screen that is shown. */
export function primary() {
  const all = [...document.querySelectorAll("[data-primary], main form .primary")].filter(seen);
  return /** @type {HTMLElement | undefined} */ (all[0]);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  const at = /** @type {HTMLElement} */ (event.target);
  const typing = at.matches(TYPED) && !at.matches("[type=radio], [type=checkbox]");
  if (event.key === "Escape" && !event.defaultPrevented) {
    const back = /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll("[data-does=cancel]")].filter(seen)[0]);
    if (back) back.click();
    else if (document.body.dataset.back && !document.body.dataset.stays) window.location.assign(document.body.dataset.back);
    return;
  }
  if (event.key === " " && !at.closest(PRESSED)) {
    event.preventDefault();
    primary()?.click();
    return;
  }
  const act = typing ? undefined : letters.get(event.key.toLowerCase());
  if (act) {
    event.preventDefault();
    act();
  }
}

/** Listen to the keyboard. */
export function keyboard() {
  document.addEventListener("keydown", pressed);
}
