/** What every page does: keys, forms, dialogs, logging out. */

import { send } from "./api.js";
import { dialogs } from "./dialogs.js";
import { forms } from "./forms.js";
import { keyboard } from "./keyboard.js";
import { wide } from "./wide.js";

keyboard();
forms();
dialogs();
wide();
for (const button of document.querySelectorAll("[data-log-out]")) {
  button.addEventListener("click", async () => {
    await send("DELETE", "/api/session");
    window.location.assign("/");
  });
}
