// Forms: fields with labels, and what the API refuses said where it belongs.
import { freshKey } from "../forms.js";
import { h } from "./dom.js";
import { failure } from "./view.js";

export { area, field, input, select, tick } from "./field.js";

/** What was typed cannot be sent: `new Wrong({ price: "Write it like 19.99." })`, by the names of the controls. */
export class Wrong extends Error {
  constructor(faults) {
    super(Object.values(faults).join(" "));
    this.problem = { errors: Object.entries(faults).map(([name, detail]) => ({ pointer: `/${name}`, detail })) };
  }
}

/**
 * A form that acts: `form({ submit: "Save" }, async (values, whole, key) => …, ...fields)`. While it acts, a second click does
 * nothing; what is refused is shown at its field, or at the end, and nothing that was typed is lost. When no answer came, the
 * same values are sent under the same key again, so that nothing is done twice.
 */
export function form({ submit = "Save", tone, also = null, kind = "stack" }, act, ...children) {
  const faults = h("div", { class: "form-faults", tabindex: "-1" });
  const button = h("button", { class: tone ? `button button-small button-${tone}` : "button button-small" }, submit);
  let open = { said: "", key: "" };
  const attempt = async (event) => {
    event.preventDefault();
    if (button.hasAttribute("aria-disabled")) return;
    clear(whole, faults);
    button.setAttribute("aria-disabled", "true");
    const values = typed(whole);
    const said = JSON.stringify(values);
    if (open.said !== said) open = { said, key: freshKey() };
    try {
      await act(values, whole, open.key);
      open = { said: "", key: "" };
    } catch (error) {
      if (error.status < 500) open = { said: "", key: "" };
      show(whole, faults, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
  const whole = h(
    "form",
    { class: kind, onsubmit: attempt },
    ...children,
    faults,
    h("div", { class: "form-act" }, button, also),
  );
  return whole;
}

/** What was typed into a form, by name, without spaces around it. */
export function typed(whole) {
  return Object.fromEntries(
    [...new FormData(whole)].map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]),
  );
}

/** A button that acts at once. What is refused is said on top of the page. */
export function acting(label, act, { tone = "plain", attributes = {} } = {}) {
  const press = async (event) => {
    const button = event.currentTarget;
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await act(button);
    } catch (error) {
      complain(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
  return h(
    "button",
    { type: "button", class: `button button-small button-${tone}`, ...attributes, onclick: press },
    label,
  );
}

/** Says on top of the page what went wrong. */
export function complain(error) {
  const view = document.querySelector("#main .view");
  view.querySelector(":scope > .complaint")?.remove();
  const said = h("div", { class: "complaint", tabindex: "-1" }, explained(error));
  view.prepend(said);
  said.focus();
}

/** A refusal in words; what somebody else changed meanwhile can be looked at. */
function explained(error) {
  if (error.code === "step-up-required")
    return h("p", { class: "notice" }, "Nothing was done: your password was not shown.");
  if (error.status !== 412) return failure(error);
  const text = "Somebody else changed this since you opened it, so nothing was saved. ";
  const anew = h("a", { href: location.href, target: "_blank" }, "See how it is now");
  return h(
    "div",
    { class: "notice notice-bad", role: "alert" },
    text,
    anew,
    " (in a new tab), then load this page again.",
  );
}

function clear(whole, faults) {
  faults.replaceChildren();
  for (const said of whole.querySelectorAll(".field-error")) said.remove();
  for (const field of whole.querySelectorAll(".field-faulty")) field.classList.remove("field-faulty");
  for (const control of whole.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

function show(whole, faults, error) {
  const errors = error.problem?.errors ?? [];
  const homeless = errors.filter((fault) => !showAt(whole, fault));
  if (errors.length === 0 || error.status === 412) faults.replaceChildren(explained(error));
  else if (homeless.length > 0) {
    const own = error instanceof Wrong;
    const lines = homeless.map(({ pointer, detail, code }) =>
      h("p", {}, own ? detail : `${pointer}: ${detail ?? code}`),
    );
    faults.replaceChildren(h("div", { class: "notice notice-bad", role: "alert" }, lines));
  }
  (whole.querySelector("[aria-invalid]") ?? faults).focus();
}

/** Shows a fault at the control that it is about; answers whether there is one. */
function showAt(whole, { pointer = "", detail, code }) {
  for (let name = pointer.slice(1); name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf("/")))) {
    const control = whole.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!control || !control.closest(".field")) continue;
    control.setAttribute("aria-invalid", "true");
    control.closest(".field").classList.add("field-faulty");
    control.closest(".field").append(h("p", { class: "field-error", role: "alert" }, detail ?? code));
    return true;
  }
  return false;
}
