/** A table or picture too wide for the screen can be scrolled by keys, also after the screen was turned. */

const SCROLLS = { tabindex: "0", role: "group", "aria-label": "Wider than the screen, scrolls sideways" };

/** @param {Element} box */
function settle(box) {
  const scrolls = box.scrollWidth > box.clientWidth;
  for (const [name, value] of Object.entries(SCROLLS)) {
    if (scrolls) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
}

/** Take over all of them. */
export function wide() {
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target)));
  for (const box of document.querySelectorAll(".wide")) sizes.observe(box);
}
