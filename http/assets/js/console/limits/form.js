// A set of bounds to change. Only what was changed is sent; what is refused is said at its field.
import { Refused, send } from "../../kit/api.js";
import { h, toast } from "../../kit/dom.js";
import { bytes, span } from "../parts.js";
import { bounds } from "./meanings.js";

/** A form for the limits `meanings` with the values that count now; `prefix` keeps ids apart. */
export function limitForm(path, meanings, values, prefix) {
  const current = { ...values };
  const fields = meanings.map((meaning) => field(meaning, current, prefix));
  const fault = h("p", { class: "field-error", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    for (const one of fields) one.refuse("");
    const changed = fields.filter(({ input, name }) => input.value !== String(current[name]));
    if (changed.length === 0) return toast("Nothing was changed.");
    try {
      const body = Object.fromEntries(changed.map(({ name, input }) => [name, number(input.value)]));
      const answer = await send("PATCH", path, body, { type: "application/merge-patch+json" });
      Object.assign(current, prefix === "runtime" ? answer.runtime : answer.domains[prefix]);
      for (const one of fields) one.renew();
      toast("It counts from now on, until the next start.");
    } catch (error) {
      refused(error, fields, fault);
    }
  };
  const again = () => {
    fault.textContent = "";
    for (const one of fields) one.renew();
  };
  return h(
    "form",
    { class: "limits", novalidate: true, onsubmit: submit },
    h(
      "div",
      { class: "limit-grid" },
      fields.map(({ box }) => box),
    ),
    fault,
    h(
      "div",
      { class: "acts" },
      h("button", { class: "button button-small" }, "Change"),
      h("button", { type: "button", class: "button button-plain button-small", onclick: again }, "Undo typing"),
    ),
  );
}

/** A whole number as one, anything else as it was typed: the shop says what is wrong with it. */
function number(text) {
  return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
}

function refused(error, fields, fault) {
  if (!(error instanceof Refused)) throw error;
  const named = (error.problem.errors ?? [])
    .map((one) => [fields.find(({ name }) => `/${name}` === one.pointer), one.detail])
    .filter(([at]) => at);
  for (const [at, detail] of named) at.refuse(detail);
  if (named.length > 0) named[0][0].input.focus();
  else fault.textContent = error.message;
}

function field(meaning, current, prefix) {
  const { name, text, unit } = meaning;
  const id = `${prefix}-${name}`;
  const input = h("input", {
    id,
    inputmode: "numeric",
    autocomplete: "off",
    value: current[name],
    "aria-describedby": `${id}-hint ${id}-fault`,
  });
  const fault = h("p", { class: "field-error", id: `${id}-fault` });
  const read = h("span", { class: "limit-read" });
  const say = () => (read.textContent = spoken(input.value, unit));
  input.addEventListener("input", say);
  say();
  const box = h(
    "div",
    { class: "field" },
    h("label", { for: id }, name),
    h("div", { class: "limit-value" }, input, read),
    h("p", { class: "field-hint", id: `${id}-hint` }, `${text} ${bounds(meaning)}.`),
    fault,
  );
  const refuse = (detail) => {
    fault.textContent = detail;
    box.classList.toggle("field-faulty", detail !== "");
    if (detail === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  };
  const renew = () => {
    input.value = current[name];
    refuse("");
    say();
  };
  return { name, input, box, refuse, renew };
}

function spoken(text, unit) {
  const value = Number(text);
  if (!Number.isFinite(value) || unit === "" || value < 1) return "";
  return unit === "bytes" ? bytes(value) : span(value);
}
