// The pricebook: currencies, when money is taken, tax by region, ways to send.
import { get, send } from "../kit/api.js";
import { confirmed, dialog, h } from "../kit/dom.js";
import { acting, area, field, form, input, select, tick, Wrong } from "../kit/form.js";
import { facts, money, percent, table, words } from "../kit/show.js";
import { done, head, isAdmin, only, part } from "./frame.js";
import { away } from "./orders/acts.js";

/** The page of the pricebook. */
export async function show({ main }) {
  const [admin, book] = await Promise.all([isAdmin(), get("/admin/v1/pricebook")]);
  const put = async (path, body, said = "Saved.") => {
    await send("PUT", `/admin/v1/pricebook/${path}`, body, { ifMatch: `"${book.version}"` });
    done(said);
  };
  const drop = async (path, what) => {
    if (!(await confirmed(`Remove ${what}?`, "Prices that are quoted from now on do without it.", "Remove"))) return;
    await send("DELETE", `/admin/v1/pricebook/${path}`, undefined, { ifMatch: `"${book.version}"` });
    done("Removed.");
  };
  const desk = { book, admin, put, drop };
  main.append(
    ...head("Prices & sending"),
    admin ? "" : only("Only administrators change these."),
    general(desk),
    regions(desk),
    ways(desk),
  );
  return "Prices & sending";
}

function general({ book, admin, put }) {
  const pairs = [["Currencies", book.currencies.join(", ")], ["Money is taken", words(book.capture)], ["Rounding", words(book.rounding)], ["Default region", title(book, book.default_region)]];
  if (!admin) return part("In general", {}, facts(pairs));
  const one = (label, name, options, path) =>
    form({ submit: "Save", tone: "plain", kind: "inline" }, (values) => put(path, { [name]: values[name] }), field(label, select(name, options, path === "default-region" ? book.default_region : book[name])));
  const currencies = ({ currencies: text }) => put("currencies", { currencies: text.toUpperCase().split(/[\s,]+/).filter(Boolean) });
  return part(
    "In general",
    {},
    h(
      "div",
      { class: "field-row" },
      form({ submit: "Save", tone: "plain", kind: "inline" }, currencies, field("Currencies, the shop's own first", input("currencies", book.currencies.join(", "), { required: true }))),
      one("Money is taken", "capture", [["on_placement", "When the order is placed"], ["on_shipment", "With each parcel"]], "capture"),
      one("Rounding", "rounding", [["half_up", "Half up"], ["half_even", "Half to even"], ["half_down", "Half down"]], "rounding"),
      one("Region without a destination", "region", book.regions.map(({ id, title: name }) => [id, name]), "default-region"),
    ),
  );
}

function title(book, id) {
  return book.regions.find((region) => region.id === id)?.title ?? id;
}

function regions(desk) {
  const { book, admin, drop } = desk;
  const columns = [
    { title: "Region", cell: ({ id, title: name }) => [h("strong", {}, name), " ", h("code", {}, id)] },
    { title: "Where", cell: ({ areas }) => areas.map(place).join(", ") },
    { title: "Rates", cell: ({ rates }) => Object.entries(rates).map(([name, rate]) => h("div", { class: "nowrap" }, `${name} ${percent(rate)}`)) },
    { title: "Prices", cell: ({ prices_include_tax: included }) => (included ? "include tax" : "without tax") },
    { title: "", cell: (region) => (admin ? h("div", { class: "view-act" }, h("button", { type: "button", class: "button button-small button-plain", "aria-label": `Change ${region.title}`, onclick: () => editRegion(desk, region) }, "Change"), region.id === book.default_region ? null : acting("Remove …", () => drop(`regions/${region.id}`, region.title), { attributes: { "aria-label": `Remove ${region.title}` } })) : null) },
  ];
  const add = h("button", { type: "button", class: "button button-small button-plain", onclick: () => editRegion(desk, null) }, "Add a region");
  return part("Tax by region", { acts: admin ? [add] : [] }, table("Tax regions", columns, book.regions));
}

function place({ country, subdivision, postal_prefix: prefix }) {
  if (!country) return "everywhere";
  return [country, subdivision, prefix ? `${prefix}…` : null].filter(Boolean).join("-");
}

function editRegion({ put }, region) {
  const rates = Object.entries(region?.rates ?? { standard: 190000 }).map(([name, rate]) => `${name}: ${rate / 10000}`);
  const act = async (values, close) => {
    const body = { title: values.title, prices_include_tax: values.included === "on", areas: values.areas.split("\n").map(areaTyped).filter(Boolean), rates: ratesTyped(values.rates) };
    await put(`regions/${region?.id ?? values.id}`, body);
    close("yes");
  };
  return dialog(region ? `Change ${region.title}` : "New region", (close) =>
    form(
      { submit: "Save", also: away(close) },
      (values) => act(values, close),
      region ? null : field("Short name", input("id", "", { required: true, pattern: "[a-z0-9]+(-[a-z0-9]+)*" })),
      field("Title", input("title", region?.title, { required: true, maxlength: "200" })),
      field("Where", area("areas", (region?.areas ?? []).map(place).join("\n"), { rows: "3" }), { hint: "One a line: DE, or US-NY for a part of a country." }),
      field("Rates in percent", area("rates", rates.join("\n"), { rows: "3" }), { hint: "One a line, such as “standard: 19”." }),
      tick("included", "Prices include the tax", region?.prices_include_tax ?? true),
    ),
  );
}

function areaTyped(line) {
  const text = line.trim();
  if (text === "" || text === "everywhere") return text ? {} : null;
  const [, country, subdivision, prefix] = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?(?:-(\S+)…)?$/i.exec(text) ?? [];
  if (!country) throw new Wrong({ areas: `“${text}” is no country or part of one.` });
  return { country: country.toUpperCase(), ...(subdivision ? { subdivision: subdivision.toUpperCase() } : {}), ...(prefix ? { postal_prefix: prefix } : {}) };
}

function ratesTyped(text) {
  const pairs = text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => line.split(":").map((part) => part.trim()));
  const wrong = pairs.find(([name, rate]) => !name || !rate || Number.isNaN(Number(rate)));
  if (wrong) throw new Wrong({ rates: `“${wrong.join(": ")}” is not like “standard: 19”.` });
  return Object.fromEntries(pairs.map(([name, rate]) => [name, Math.round(Number(rate) * 10000)]));
}

function ways({ book, admin, drop }) {
  const columns = [
    { title: "Way", cell: ({ id, title: name }) => [h("strong", {}, name), " ", h("code", {}, id)] },
    { title: "Taxed as", cell: ({ tax_class: kind }) => kind },
    { title: "Where, and what it costs", cell: ({ zones }) => zones.map(zone) },
    { title: "", cell: ({ id, title: name }) => (admin ? acting("Remove …", () => drop(`shipping-methods/${id}`, name), { attributes: { "aria-label": `Remove ${name}` } }) : null) },
  ];
  const note = admin ? h("p", { class: "quiet" }, "Prices of sending are changed through the API: PUT /admin/v1/pricebook/shipping-methods.") : null;
  return part("Ways to send", {}, note, table("Ways to send", columns, book.shipping_methods));
}

function zone({ areas, brackets, by, weight_max_g: most }) {
  const unit = by === "weight" ? (from) => `${from} g` : (from, { currency }) => money({ amount: from, currency });
  const step = ({ from, price }) => (from === 0 ? money(price) : `${money(price)} from ${unit(from, price)}`);
  const currencies = [...new Set(brackets.map(({ price }) => price.currency))];
  const lines = currencies.map((currency) => brackets.filter(({ price }) => price.currency === currency).map(step).join(", "));
  return h("div", { class: "zone" }, h("strong", {}, areas.map(place).join(", "), most ? ` up to ${most} g` : ""), lines.map((line) => h("div", {}, line)));
}
