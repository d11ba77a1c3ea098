// How values look: money, moments, states; and tables of them.
import { h } from "./dom.js";

/** `{ amount: 1250, currency: "EUR" }` in minor units, as people write it. */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** The same as it is typed into a field: `12.50`. */
export function decimal({ amount, currency }) {
  const digits = places(currency);
  const text = String(amount).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Reads what `decimal` writes; `null` when it is no amount of this currency. */
export function minor(text, currency) {
  const digits = places(currency);
  const [, whole, part = ""] = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || part.length > digits) return null;
  return { amount: Number(whole + part.padEnd(digits, "0")), currency };
}

function places(currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

/** A rate in millionths: `190000` is 19%. */
export function percent(rate) {
  return `${Number((rate / 10000).toFixed(4))}%`;
}

/** A moment with its exact time behind it. */
export function moment(text) {
  if (!text) return "–";
  const at = new Date(text);
  const words = at.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return h("time", { datetime: text, title: at.toISOString() }, words);
}

/** How long ago a moment was: `3 min ago`. */
export function ago(text) {
  const seconds = Math.max(0, (Date.now() - new Date(text).getTime()) / 1000);
  const units = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, "s"];
  return h("time", { datetime: text, title: text }, `${Math.floor(seconds / size)} ${unit} ago`);
}

/** A whole number with thin separators. */
export function count(number) {
  return new Intl.NumberFormat("en").format(number);
}

/** `partially_refunded` as people read it. */
export function words(state) {
  const text = String(state).replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A state as a badge; `tone` is good, calm, bad or nothing. */
export function badge(text, tone) {
  return h("span", { class: tone ? `badge badge-${tone}` : "badge" }, words(text));
}

const COUNTRIES = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** Where a parcel goes, line by line. */
export function placeLines({ line1, line2, postal_code: code, city, subdivision: part, country }) {
  const town = [`${code} ${city}`, part].filter(Boolean).join(", ");
  return [line1, line2, town, COUNTRIES.of(country)].filter(Boolean);
}

/**
 * A table: `columns` lists `{ title, cell, align, head }`, `cell(row)` answers what stands there, and in a column that is `head` it
 * names its row. Without rows it says `empty`.
 * Where the screen is narrow each row is a card, or, of a `wide` table, it scrolls within itself.
 */
export function table(caption, columns, rows, { empty = "Nothing here.", wide = false } = {}) {
  if (rows.length === 0) return h("p", { class: "quiet" }, empty);
  const align = (column) => (column.align ? `cell-${column.align}` : null);
  const place = (column, row) =>
    h(
      column.head ? "th" : "td",
      {
        scope: column.head ? "row" : null,
        role: column.head ? "rowheader" : "cell",
        class: align(column),
        "data-title": column.title,
      },
      column.cell(row),
    );
  return h(
    "div",
    { class: wide ? "table-frame" : "table-frame table-cards", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      { class: "table", role: "table" },
      h("caption", { class: "visually-hidden" }, caption),
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          columns.map((column) => h("th", { scope: "col", role: "columnheader", class: align(column) }, column.title)),
        ),
      ),
      h(
        "tbody",
        { role: "rowgroup" },
        rows.map((row) => h("tr", { role: "row" }, columns.map((column) => place(column, row)))),
      ),
    ),
  );
}

/** Facts as a list of terms: `facts([["Status", badge("paid")], …])`. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: "facts" }, shown.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}
