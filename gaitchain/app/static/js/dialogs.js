/** Questions before something goes for good: `data-opens="id"` opens a dialog, `data-closes` closes it. */

/** Take over all such buttons of the page. */
export function dialogs() {
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => {
      const dialog = document.getElementById(/** @type {HTMLElement} */ (button).dataset.opens ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
    });
  }
  for (const button of document.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}
