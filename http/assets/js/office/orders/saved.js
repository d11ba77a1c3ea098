// Filters with a name. Everybody at the desk shares them.
import { get, send } from "../../kit/api.js";
import { dialog, h } from "../../kit/dom.js";
import { acting, field, form, input } from "../../kit/form.js";
import { address } from "../../kit/list.js";
import { done } from "../frame.js";

const PLACE = "/admin/v1/order-filters";
const DAY_MS = 86_400_000;
const STATES = ["status", "payment_status", "fulfillment_status", "return_status"];
/** What is asked for most. */
const STANDING = [
  ["All", {}],
  ["To pack", { status: "placed", payment_status: "paid", fulfillment_status: "unfulfilled" }],
  ["To send", { status: "placed", fulfillment_status: "packed" }],
  ["On their way", { fulfillment_status: "shipped" }],
  ["Returns to approve", { return_status: "requested" }],
  ["Goods coming back", { return_status: "approved" }],
  ["Payment failed", { payment_status: "failed" }],
];

/** The named filters as links, and a way to keep the present one. */
export async function savedFilters(path, asked) {
  const { data, etag } = await get(PLACE, { whole: true });
  const own = data.items.map(({ name, filter }) => [filter.title, wishOf(filter), name]);
  const here = address(path, asked);
  const known = [...STANDING, ...own].some(([, wish]) => address(path, wish) === here);
  const link = ([title, wish, name]) => {
    const href = address(path, wish);
    const away = () => send("DELETE", `${PLACE}/${name}`, undefined, { ifMatch: etag });
    return h(
      "li",
      {},
      h("a", { href, "aria-current": href === here ? "page" : null }, title),
      name ? forget(title, away) : null,
    );
  };
  return h(
    "nav",
    { class: "saved", "aria-label": "Saved filters" },
    h("ul", {}, [...STANDING, ...own].map(link)),
    known || !canBeKept(asked)
      ? null
      : h("button", { type: "button", class: "link", onclick: () => keep(asked, data.items, etag) }, "Save this filter"),
  );
}

function forget(title, away) {
  const gone = async () => {
    await away();
    done(`“${title}” is gone.`);
  };
  const button = acting("×", gone, { attributes: { "aria-label": `Forget ${title}` } });
  button.className = "chip-away";
  return button;
}

/** A number is one order, an address one person, and a last day is over one day: none is worth a name. */
function canBeKept({ number, email, placed_to: until }) {
  return !number && !email && !until;
}

async function keep(asked, items, etag) {
  await dialog("Save this filter", (close) =>
    form(
      { submit: "Save" },
      async ({ title }, _whole, key) => {
        const name = nameOf(title, items);
        await send("PUT", `${PLACE}/${name}`, { title, ...filterOf(asked) }, { ifMatch: etag, key });
        close("yes");
        done(`“${title}” is saved, for everybody here.`);
      },
      field("Name", input("title", "", { required: true, maxlength: "40" })),
    ),
  );
}

/** The name in links: that of the filter which is called so already, or one that is made of its title. */
function nameOf(title, items) {
  const known = items.find(({ filter }) => filter.title === title);
  if (known) return known.name;
  const plain = title.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 40);
  const begin = plain.replaceAll(/^-+|-+$/g, "") || "filter";
  const taken = new Set(items.map(({ name }) => name));
  const names = [begin, ...Array.from({ length: 50 }, (_, at) => `${begin}-${at + 2}`)];
  return names.find((name) => !taken.has(name));
}

function filterOf(asked) {
  const states = STATES.filter((name) => asked[name]).map((name) => [name, asked[name]]);
  const from = asked.placed_from ? Date.parse(asked.placed_from) : null;
  const days = from === null ? null : Math.max(1, Math.floor((Date.now() - from) / DAY_MS) + 1);
  return { ...Object.fromEntries(states), placed_within_days: days };
}

function wishOf(filter) {
  const states = STATES.filter((name) => filter[name]).map((name) => [name, filter[name]]);
  const back = filter.placed_within_days;
  const from = back === null ? null : new Date(Date.now() - (back - 1) * DAY_MS).toISOString().slice(0, 10);
  return { ...Object.fromEntries(states), ...(from === null ? {} : { placed_from: from }) };
}
