// Filters with a name. This browser keeps them: they say nothing about anybody.
import { dialog, h, toast } from "../../kit/dom.js";
import { field, form, input } from "../../kit/form.js";
import { address } from "../../kit/list.js";
import { done } from "../frame.js";

const KEY = "office-order-filters";
/** What is asked for most. */
const STANDING = [
  ["All", {}],
  ["To pack", { status: "placed", payment_status: "paid", fulfillment_status: "unfulfilled" }],
  ["To send", { status: "placed", fulfillment_status: "packed" }],
  ["On their way", { fulfillment_status: "shipped" }],
  ["Payment failed", { payment_status: "failed" }],
];

/** The named filters as links, and a way to keep the present one. */
export function savedFilters(path, asked) {
  const own = kept();
  const here = address(path, asked);
  const known = [...STANDING, ...own].some(([, wish]) => address(path, wish) === here);
  const link = ([name, wish], removable) => {
    const href = address(path, wish);
    return h(
      "li",
      {},
      h("a", { href, "aria-current": href === here ? "page" : null }, name),
      removable
        ? h(
            "button",
            { type: "button", class: "chip-away", "aria-label": `Forget ${name}`, onclick: () => forget(name) },
            "×",
          )
        : null,
    );
  };
  return h(
    "nav",
    { class: "saved", "aria-label": "Saved filters" },
    h(
      "ul",
      {},
      STANDING.map((one) => link(one, false)),
      own.map((one) => link(one, true)),
    ),
    known ? null : h("button", { type: "button", class: "link", onclick: () => keep(asked) }, "Save this filter"),
  );
}

async function keep(asked) {
  const wish = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""));
  await dialog("Save this filter", (close) =>
    form(
      { submit: "Save" },
      ({ name }) => {
        write([...kept().filter(([known]) => known !== name), [name, wish]]);
        close("yes");
        done(`“${name}” is saved in this browser.`);
      },
      field("Name", input("name", "", { required: true, maxlength: "40" })),
    ),
  );
}

function forget(name) {
  write(kept().filter(([known]) => known !== name));
  done(`“${name}” is gone.`);
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => Array.isArray(one) && one.length === 2) : [];
  } catch {
    return [];
  }
}

function write(filters) {
  try {
    localStorage.setItem(KEY, JSON.stringify(filters));
  } catch {
    toast("This browser keeps nothing for the shop.", { bad: true });
  }
}
