/** The page of users: somebody is removed after a question. */

import { send } from "./api.js";

const dialog = document.getElementById("remove-user");
const name = document.getElementById("remove-name");
const place = document.getElementById("users-wrong");
let wanted = "";

for (const button of document.querySelectorAll("[data-removes]")) {
  button.addEventListener("click", () => {
    wanted = /** @type {HTMLElement} */ (button).dataset.removes ?? "";
    if (name) name.textContent = wanted;
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
}
dialog?.addEventListener("close", async () => {
  if (!(dialog instanceof HTMLDialogElement) || dialog.returnValue !== "yes") return;
  try {
    await send("DELETE", `/api/users/${encodeURIComponent(wanted)}`);
    window.location.reload();
  } catch (error) {
    if (!place) return;
    place.textContent = error instanceof Error ? error.message : String(error);
    place.hidden = false;
  }
});
