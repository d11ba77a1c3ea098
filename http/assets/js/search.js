// Suggestions while one types: a combobox with a list. Without this module the field just searches.
import { h } from "./kit/dom.js";

const TYPING_MS = 120;
const SHORTEST = 2;
const KINDS = { product: "Product", category: "Department", brand: "Brand" };
const form = document.querySelector("[data-search]");
const field = form.elements.q;
const list = document.getElementById("suggestions");
let typing = 0;
let asking = null;
let chosen = -1;

export function start() {
  const wired = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(wired)) field.setAttribute(name, value);
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(suggest, TYPING_MS);
  });
  field.addEventListener("keydown", steer);
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close());
  // The field keeps the focus, so that the list is still there when the button goes up.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  // Somebody may have begun before this was here.
  if (document.activeElement === field) suggest();
}

async function suggest() {
  asking?.abort();
  const words = field.value.trim();
  if (words.length < SHORTEST) return close();
  const own = new AbortController();
  asking = own;
  try {
    const path = `/v1/search/suggestions?limit=8&q=${encodeURIComponent(words)}`;
    const response = await fetch(path, { headers: { Accept: "application/json" }, signal: own.signal });
    if (!response.ok) return close();
    const { items } = await response.json();
    // Whoever has gone on meanwhile does not want them any more.
    if (document.activeElement === field) show(items);
  } catch {
    // One that was overtaken leaves the list to the next.
    if (asking === own) close();
  }
}

function show(items) {
  chosen = -1;
  field.removeAttribute("aria-activedescendant");
  list.replaceChildren(...items.map(option));
  list.hidden = items.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
}

function option(item, at) {
  return h(
    "li",
    {
      role: "option",
      id: `suggestion-${at}`,
      class: "suggestion",
      "aria-selected": "false",
      "data-href": address(item),
      onclick: () => location.assign(address(item)),
    },
    h("span", { class: "suggestion-text" }, item.text),
    h("span", { class: "suggestion-kind" }, KINDS[item.kind] ?? ""),
  );
}

function address({ kind, slug, text }) {
  if (kind === "product") return `/products/${encodeURIComponent(slug)}`;
  if (kind === "category") return `/?category=${encodeURIComponent(slug)}`;
  return `/?facet.brand=${encodeURIComponent(text)}`;
}

function steer(event) {
  const options = [...list.children];
  if (list.hidden || options.length === 0) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    const places = options.length + 1; // the last one is the field itself
    choose(options, ((chosen + 1 + steps[event.key] + places) % places) - 1);
  } else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault();
    location.assign(options[chosen].dataset.href);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
  }
}

function choose(options, at) {
  chosen = at;
  for (const [place, one] of options.entries()) one.setAttribute("aria-selected", String(place === at));
  if (at < 0) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", options[at].id);
  options[at]?.scrollIntoView({ block: "nearest" });
}

function close() {
  asking?.abort();
  clearTimeout(typing);
  show([]);
}
