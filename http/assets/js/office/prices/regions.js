// Tax by region.
import { dialog, h } from "../../kit/dom.js";
import { acting, area, field, form, input, tick, Wrong } from "../../kit/form.js";
import { percent, table } from "../../kit/show.js";
import { part } from "../frame.js";
import { away } from "../orders/acts.js";
import { areaTyped, place } from "./places.js";

/** The part with all tax regions. */
export function regions(desk) {
  const { book, admin, drop } = desk;
  const columns = [
    { title: "Region", cell: ({ id, title: name }) => [h("strong", {}, name), " ", h("code", {}, id)] },
    { title: "Where", cell: ({ areas }) => areas.map(place).join(", ") },
    {
      title: "Rates",
      cell: ({ rates }) =>
        Object.entries(rates).map(([name, rate]) => h("div", { class: "nowrap" }, `${name} ${percent(rate)}`)),
    },
    { title: "Prices", cell: ({ prices_include_tax: included }) => (included ? "include tax" : "without tax") },
    {
      title: "",
      cell: (region) =>
        admin
          ? h(
              "div",
              { class: "view-act" },
              h(
                "button",
                {
                  type: "button",
                  class: "button button-small button-plain",
                  "aria-label": `Change ${region.title}`,
                  onclick: () => editRegion(desk, region),
                },
                "Change",
              ),
              region.id === book.default_region
                ? null
                : acting("Remove …", () => drop(`regions/${region.id}`, region.title), {
                    attributes: { "aria-label": `Remove ${region.title}` },
                  }),
            )
          : null,
    },
  ];
  const add = h(
    "button",
    { type: "button", class: "button button-small button-plain", onclick: () => editRegion(desk, null) },
    "Add a region",
  );
  return part("Tax by region", { acts: admin ? [add] : [] }, table("Tax regions", columns, book.regions));
}

function editRegion({ put }, region) {
  const rates = Object.entries(region?.rates ?? { standard: 190000 }).map(([name, rate]) => `${name}: ${rate / 10000}`);
  const act = async (values, close) => {
    const body = {
      title: values.title,
      prices_include_tax: values.included === "on",
      areas: values.areas
        .split("\n")
        .map((line) => areaTyped(line))
        .filter(Boolean),
      rates: ratesTyped(values.rates),
    };
    await put(`regions/${region?.id ?? values.id}`, body);
    close("yes");
  };
  return dialog(region ? `Change ${region.title}` : "New region", (close) =>
    form(
      { submit: "Save", also: away(close) },
      (values) => act(values, close),
      region ? null : field("Short name", input("id", "", { required: true, pattern: "[a-z0-9]+(-[a-z0-9]+)*" })),
      field("Title", input("title", region?.title, { required: true, maxlength: "200" })),
      field("Where", area("areas", (region?.areas ?? []).map(place).join("\n"), { rows: "3" }), {
        hint: "One a line: DE, or US-NY for a part of a country.",
      }),
      field("Rates in percent", area("rates", rates.join("\n"), { rows: "3" }), {
        hint: "One a line, such as “standard: 19”.",
      }),
      tick("included", "Prices include the tax", region?.prices_include_tax ?? true),
    ),
  );
}

function ratesTyped(text) {
  const pairs = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => line.split(":").map((part) => part.trim()));
  const wrong = pairs.find(([name, rate]) => !name || !rate || Number.isNaN(Number(rate)));
  if (wrong) throw new Wrong({ rates: `“${wrong.join(": ")}” is not like “standard: 19”.` });
  return Object.fromEntries(pairs.map(([name, rate]) => [name, Math.round(Number(rate) * 10000)]));
}
