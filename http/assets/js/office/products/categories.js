// The tree of categories.
import { get, send } from "../../kit/api.js";
import { confirmed, dialog, h } from "../../kit/dom.js";
import { acting, field, form, input, select } from "../../kit/form.js";
import { done, head, isAdmin, only, part } from "../frame.js";
import { away } from "../orders/acts.js";

/** The page with all categories. */
export async function show({ main }) {
  const [admin, { items, version }] = await Promise.all([isAdmin(), get("/admin/v1/categories")]);
  const tree = { items, admin, etag: `"${version}"` };
  const add = h(
    "button",
    { type: "button", class: "button button-small", onclick: () => edit(tree, null) },
    "New category",
  );
  main.append(
    ...head("Categories", { back: ["/office/products", "Products"], acts: admin ? [add] : [] }),
    admin ? "" : only("Only administrators change categories."),
    part("The tree", {}, branch(tree, null) ?? h("p", { class: "quiet" }, "There is no category yet.")),
  );
  return "Categories";
}

function branch(tree, parent) {
  const here = tree.items.filter((one) => (one.parent ?? null) === parent);
  if (here.length === 0) return null;
  here.sort((one, other) => one.position - other.position || one.title.localeCompare(other.title));
  return h(
    "ul",
    { class: "tree" },
    here.map((one) =>
      h(
        "li",
        {},
        h("div", { class: "tree-row" }, name(one), tree.admin ? acts(tree, one) : null),
        branch(tree, one.slug),
      ),
    ),
  );
}

function name({ slug, title }) {
  return h("span", {}, h("strong", {}, title), " ", h("code", {}, slug));
}

function acts(tree, one) {
  const remove = async () => {
    if (
      !(await confirmed(
        `Take ${one.title} away?`,
        "No product may name it, and nothing may be below it.",
        "Take it away",
      ))
    )
      return;
    await send("DELETE", `/admin/v1/categories/${one.slug}`, undefined, { ifMatch: tree.etag });
    done("Gone.");
  };
  return h(
    "span",
    { class: "view-act" },
    h(
      "button",
      {
        type: "button",
        class: "button button-small button-plain",
        "aria-label": `Change ${one.title}`,
        onclick: () => edit(tree, one),
      },
      "Change",
    ),
    acting("Remove …", remove, { attributes: { "aria-label": `Remove ${one.title}` } }),
  );
}

function edit(tree, one) {
  const parents = [
    ["", "Nothing: it is at the top"],
    ...tree.items.filter(({ slug }) => slug !== one?.slug).map(({ slug, title }) => [slug, title]),
  ];
  const slug = one
    ? null
    : field(
        "Name in addresses",
        input("slug", "", { required: true, pattern: "[a-z0-9]+(-[a-z0-9]+)*", maxlength: "100" }),
        { hint: "Small letters, digits and hyphens; it stays as it is." },
      );
  return dialog(one ? `Change ${one.title}` : "New category", (close) =>
    form(
      { submit: "Save", also: away(close) },
      async (values) => {
        const body = { title: values.title, parent: values.parent || null, position: Number(values.position) };
        await send("PUT", `/admin/v1/categories/${one?.slug ?? values.slug}`, body, { ifMatch: tree.etag });
        close("yes");
        done("Saved.");
      },
      field("Title", input("title", one?.title, { required: true, maxlength: "200" })),
      slug,
      field("Below", select("parent", parents, one?.parent ?? "")),
      field(
        "Place among its neighbours",
        input("position", one?.position ?? tree.items.length, { type: "number", min: "0", required: true }),
      ),
    ),
  );
}
