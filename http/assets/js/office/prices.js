// The pricebook: currencies, when money is taken, tax by region, ways to send.
import { get, send } from "../kit/api.js";
import { confirmed, h } from "../kit/dom.js";
import { field, form, input, select } from "../kit/form.js";
import { facts, words } from "../kit/show.js";
import { done, head, isAdmin, only, part } from "./frame.js";
import { regions } from "./prices/regions.js";
import { ways } from "./prices/ways.js";

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
  const pairs = [
    ["Currencies", book.currencies.join(", ")],
    ["Money is taken", words(book.capture)],
    ["Rounding", words(book.rounding)],
    ["Default region", title(book, book.default_region)],
  ];
  if (!admin) return part("In general", {}, facts(pairs));
  const one = (label, name, options, path) =>
    form(
      { submit: "Save", tone: "plain", kind: "inline" },
      (values) => put(path, { [name]: values[name] }),
      field(label, select(name, options, path === "default-region" ? book.default_region : book[name])),
    );
  const currencies = ({ currencies: text }) =>
    put("currencies", {
      currencies: text
        .toUpperCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    });
  return part(
    "In general",
    {},
    h(
      "div",
      { class: "field-row field-row-wide" },
      form(
        { submit: "Save", tone: "plain", kind: "inline" },
        currencies,
        field("Currencies, the shop's own first", input("currencies", book.currencies.join(", "), { required: true })),
      ),
      one(
        "Money is taken",
        "capture",
        [
          ["on_placement", "When the order is placed"],
          ["on_shipment", "With each parcel"],
        ],
        "capture",
      ),
      one(
        "Rounding",
        "rounding",
        [
          ["half_up", "Half up"],
          ["half_even", "Half to even"],
          ["half_down", "Half down"],
        ],
        "rounding",
      ),
      one(
        "Region without a destination",
        "region",
        book.regions.map(({ id, title: name }) => [id, name]),
        "default-region",
      ),
    ),
  );
}

function title(book, id) {
  return book.regions.find((region) => region.id === id)?.title ?? id;
}
