// Products of any state.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { input, select } from "../../kit/form.js";
import { address, filters, pager, picked } from "../../kit/list.js";
import { badge, moment, money, table, words } from "../../kit/show.js";
import { head, isAdmin, linkButton, tone } from "../frame.js";

const PATH = "/office/products";

/** The list of products. */
export async function show({ query, main }) {
  const asked = picked(query, ["q", "status", "cursor"]);
  const [admin, { items, next_cursor: next }] = await Promise.all([
    isAdmin(),
    get(address("/admin/v1/products", { ...asked, limit: 25 })),
  ]);
  const states = [["", "Any"], ...["draft", "active", "archived"].map((state) => [state, words(state)])];
  main.append(
    ...head("Products", {
      acts: [
        linkButton(`${PATH}/categories`, "Categories"),
        admin ? linkButton(`${PATH}/new`, "New product", { plain: false }) : null,
      ],
    }),
    filters(
      PATH,
      [
        ["Search", input("q", asked.q, { type: "search", maxlength: "200" })],
        ["State", select("status", states, asked.status)],
      ],
      { label: "Search" },
    ),
    table("Products", columns(), items, { empty: "No product is like that." }),
    pager(PATH, asked, next) ?? "",
  );
  return "Products";
}

function columns() {
  return [
    {
      title: "",
      cell: ({ image }) =>
        image
          ? h("img", { src: image, alt: "", width: "44", height: "44", loading: "lazy", class: "thumb" })
          : h("span", { class: "thumb" }),
    },
    {
      title: "Product",
      cell: ({ id, title, brand }) => [
        h("a", { href: `${PATH}/${id}`, class: "strong" }, title),
        h("div", { class: "quiet" }, brand),
      ],
    },
    { title: "Category", cell: ({ category }) => category },
    { title: "State", cell: ({ status }) => badge(status, tone(status)) },
    {
      title: "Price",
      align: "right",
      cell: ({ price, price_max: most }) =>
        price.amount === most.amount ? money(price) : `${money(price)} – ${money(most)}`,
    },
    { title: "Made", cell: ({ created_at: at }) => moment(at) },
  ];
}
