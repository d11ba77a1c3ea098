// Small help for forms and the pages that answer them: errors get the focus, a second click does nothing.

/** Moves the focus to the list of errors, if there is one. */
export function focusFaults() {
  document.querySelector("[data-focus]")?.focus();
}

/** Lets each form marked data-once be sent once, and says on its button that it is being sent. */
export function submitOnce() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      const button = event.submitter ?? form.querySelector("[type=submit]");
      button.setAttribute("aria-disabled", "true");
      if (button.dataset.busy) button.textContent = button.dataset.busy;
    });
  }
}

/** A key that nobody has used: two requests with the same one do the work once. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const PATIENCE_MS = 20_000;

/** Sends a form in the background. The same values keep their key until an answer is known; other values are another wish. */
export function send(form, accept) {
  const body = new URLSearchParams(new FormData(form));
  body.delete("key");
  const said = body.toString();
  if (form.dataset.said !== undefined && form.dataset.said !== said) form.elements.key.value = freshKey();
  form.dataset.said = said;
  body.set("key", form.elements.key.value);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(form.action, { method: "POST", headers: { Accept: accept }, body, signal });
}

/** The page that an answer brings. */
export async function pageOf(response) {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** The page at an address of the shop. */
export async function pageAt(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return pageOf(response);
}
