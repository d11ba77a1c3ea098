// Fields and their labels.
import { h } from "./dom.js";

let made = 0;

/** A control with its label: `field("Title", input("title"), { hint, optional })`. */
export function field(label, control, { hint, optional = false } = {}) {
  control.id ||= `field-${(made += 1)}`;
  const said = hint ? h("p", { class: "field-hint", id: `${control.id}-hint` }, hint) : null;
  if (said) control.setAttribute("aria-describedby", said.id);
  const kind = optional ? h("span", { class: "field-optional" }, " (optional)") : null;
  return h("div", { class: "field" }, h("label", { for: control.id }, label, kind), control, said);
}

/** A line to type into. Its name is where the value goes in what is sent, as in the pointers of the API's errors. */
export function input(name, value = "", attributes = {}) {
  return h("input", { name, value: value ?? "", autocomplete: "off", ...attributes });
}

/** Several lines to type into. */
export function area(name, value = "", attributes = {}) {
  return h("textarea", { name, class: "area", rows: "4", ...attributes }, value ?? "");
}

/** A choice: `select("reason", [["lost", "Lost"], …], "lost")`. */
export function select(name, options, value = "", attributes = {}) {
  const chosen = (option) => (option === value ? true : null);
  return h(
    "select",
    { name, ...attributes },
    options.map(([option, label]) => h("option", { value: option, selected: chosen(option) }, label)),
  );
}

/** Something to tick, with its label. */
export function tick(name, label, checked = false, attributes = {}) {
  return h(
    "label",
    { class: "tick" },
    h("input", { type: "checkbox", name, checked: checked ? true : null, ...attributes }),
    h("span", {}, label),
  );
}
