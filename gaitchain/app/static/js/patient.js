/** The page of a patient: two ticked sessions are compared. */

const form = document.getElementById("compare");
const go = document.getElementById("compare-go");
const hint = document.getElementById("compare-hint");

function ticked() {
  return [...document.querySelectorAll("input[name=pick]:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value);
}

if (form instanceof HTMLFormElement && go instanceof HTMLButtonElement) {
  const show = () => {
    const count = ticked().length;
    go.disabled = count !== 2;
    if (hint) hint.textContent = count < 2 ? "Tick two sessions." : count > 2 ? "Two at a time: untick one." : "";
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [a, b] = ticked();
    if (a && b) window.location.assign(`/compare?a=${a}&b=${b}`);
  });
  show();
}
