// Filters open without a script; this closes them when one goes on elsewhere or presses Escape.

export function start() {
  const open = () => document.querySelector("[data-filters] details[open]");
  document.addEventListener("click", (event) => {
    const one = open();
    if (one && !one.contains(event.target)) one.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const one = open();
    if (event.key !== "Escape" || !one) return;
    one.open = false;
    one.querySelector("summary").focus();
  });
}
