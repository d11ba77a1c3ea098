// Lists with filters: what is asked stands in the address, so it can be kept, sent and gone back to.
import { h } from "./dom.js";
import { go } from "./view.js";

/** An address with what is asked; what is empty is left out. */
export function address(path, asked) {
  const pairs = Object.entries(asked).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(pairs).toString();
  return query ? `${path}?${query}` : path;
}

/** What of an address the list knows: `picked(query, ["status", "cursor"])`. */
export function picked(query, names) {
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
}

/** Filters over a list: `filters(path, [["Status", select("status", …)]])`. A choice counts at once, what is typed with Enter. */
export function filters(path, fields, { label = "Show" } = {}) {
  const ask = (event) => {
    event?.preventDefault();
    if (!whole.reportValidity()) return;
    go(address(path, Object.fromEntries(new FormData(whole))));
  };
  const whole = h(
    "form",
    { class: "filters", role: "search", onsubmit: ask },
    fields.map(([name, control]) => {
      if (control.tagName === "SELECT") control.addEventListener("change", ask);
      return h("label", {}, name, control);
    }),
    h("button", { class: "button button-plain button-small" }, label),
  );
  return whole;
}

/** Links to the next page and back to the first; going back page by page is the browser's. */
export function pager(path, asked, next) {
  if (!next && !asked.cursor) return null;
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    asked.cursor ? h("a", { href: address(path, { ...asked, cursor: "" }) }, "First page") : null,
    next
      ? h("a", { href: address(path, { ...asked, cursor: next }), rel: "next" }, "Next page")
      : h("span", { class: "quiet" }, "This is the last page."),
  );
}
