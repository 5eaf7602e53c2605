/** A table or picture too wide for the screen can be scrolled by keys. */

/** Take over all of them. */
export function wide() {
  for (const box of document.querySelectorAll(".wide")) {
    if (box.scrollWidth <= box.clientWidth) continue;
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Wider than the screen, scrolls sideways");
  }
}
