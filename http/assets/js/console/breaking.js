// The form that arms a panic.
import { h } from "../kit/dom.js";

/** A form for `{ kind, id, fault, times }`; `arm(body)` sends it. */
export function faultForm(domains, arm) {
  const kind = h(
    "select",
    { id: "break-kind" },
    domains.map((name) => h("option", { value: name, selected: name === "cart" }, name)),
  );
  const id = h("input", { id: "break-id", placeholder: "any", autocomplete: "off", spellcheck: "false" });
  const times = h("input", { id: "break-times", type: "number", min: 1, max: 100, value: 1, required: true });
  const send = (event) => {
    event.preventDefault();
    const which = id.value.trim();
    arm({ kind: kind.value, fault: "panic", times: Number(times.value), ...(which ? { id: which } : {}) });
  };
  return h(
    "form",
    { class: "filters", onsubmit: send },
    h("label", {}, "Domain", kind),
    h("label", {}, "One entity, or any", id),
    h("label", { class: "short" }, "Times", times),
    h("button", { class: "button button-small button-bad" }, "Arm it"),
  );
}
