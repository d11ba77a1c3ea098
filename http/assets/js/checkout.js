// The checkout: what delivery costs follows the address and the way of sending. Without this module a button asks for it.
import { freshKey, pageOf } from "./forms.js";

const PLACES = ["line1", "postal_code", "city", "country"];

export function start() {
  const form = document.querySelector("[data-checkout]");
  form.querySelector(".delivery-act").remove();
  form.addEventListener("change", (event) => {
    const { name } = event.target;
    if (name === "shipping" || (PLACES.includes(name) && PLACES.every((place) => form.elements[place].value.trim()))) {
      ask(form);
    }
  });
}

let asked = 0;

/** Shows what the server says it costs now; of two answers that overtake each other, the later question counts. */
async function ask(form) {
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  // Each question is one of its own; the form's own key stays for the order.
  body.set("key", freshKey());
  try {
    const response = await fetch("/checkout/delivery", { method: "POST", headers: { Accept: "text/html" }, body });
    const fresh = (await pageOf(response)).querySelector("[data-checkout]");
    if (turn !== asked || !response.ok || !fresh) return;
    for (const name of ["expected_amount", "expected_currency"]) form.elements[name].value = fresh.elements[name].value;
    swap(form, fresh, ".panel");
    swap(form, fresh, ".ways");
  } catch {
    // Whoever pays is told the new price before anything is charged.
  }
}

function swap(form, fresh, part) {
  const [old, now] = [form.querySelector(part), fresh.querySelector(part)];
  const focused = old.contains(document.activeElement) ? document.activeElement.value : null;
  old.replaceWith(document.adoptNode(now));
  if (focused !== null) form.querySelector(`${part} [value="${CSS.escape(focused)}"]`)?.focus();
}
