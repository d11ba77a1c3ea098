// A product: what it says, its variants, its pictures, and whether it is on sale.
import { get, send } from "../../kit/api.js";
import { confirmed, h, toast } from "../../kit/dom.js";
import { acting, form } from "../../kit/form.js";
import { badge, facts, moment } from "../../kit/show.js";
import { done, head, isAdmin, linkButton, only, part, tone } from "../frame.js";
import { aboutFields } from "./fields.js";
import { pictures } from "./pictures.js";
import { variants } from "./variants.js";

/** The page of a product. */
export async function show({ params, main }) {
  const [admin, { data: product, etag }, { items: categories }, book] = await Promise.all([
    isAdmin(),
    get(`/admin/v1/products/${encodeURIComponent(params.id)}`, { whole: true }),
    get("/admin/v1/categories"),
    get("/admin/v1/pricebook"),
  ]);
  const shelf = { product, etag, admin, book, levels: await levels(product) };
  main.append(
    ...head(product.title, {
      back: ["/office/products", "Products"],
      state: badge(product.status, tone(product.status)),
      acts: acts(shelf),
    }),
    admin ? "" : only("Only administrators change products."),
    h(
      "div",
      { class: "panes" },
      h("div", {}, variants(shelf), about(shelf, categories)),
      h("div", {}, pictures(shelf), history(product)),
    ),
  );
  return product.title;
}

/** How many there are of each variant that is for sale. */
async function levels({ variants: all }) {
  const known = all.filter(({ retired }) => !retired);
  const stocks = await Promise.all(known.map(({ id }) => get(`/admin/v1/stock/${id}?limit=1`)));
  return new Map(stocks.map(({ variant_id: id, levels: now }) => [id, now]));
}

/** Sends a change of a product that was read; one that somebody else changed meanwhile is refused. */
export async function change({ product, etag }, method, path, body, said) {
  await send(method, `/admin/v1/products/${product.id}${path}`, body, { ifMatch: etag });
  done(said);
}

function acts(shelf) {
  const { product, admin } = shelf;
  const archive = async () => {
    const text = "It leaves the shop for good; orders of it stay as they are. An archived product does not come back.";
    if (await confirmed(`Archive ${product.title}?`, text, "Archive it"))
      await change(shelf, "POST", "/archive", {}, "Archived.");
  };
  return [
    product.status === "active" ? linkButton(`/products/${product.slug}`, "See it in the shop") : null,
    admin && product.status === "draft"
      ? acting("Publish", () => change(shelf, "POST", "/publish", {}, "On sale now."), { tone: "" })
      : null,
    admin && product.status !== "archived" ? acting("Archive …", archive) : null,
  ];
}

function about(shelf, categories) {
  const { product, admin } = shelf;
  if (!admin) {
    return part(
      "What it is",
      {},
      facts([
        ["Brand", product.brand],
        ["Category", product.category],
        ["Address", h("code", {}, product.slug)],
      ]),
      h("p", { class: "long" }, product.description),
    );
  }
  const save = async (values) => {
    const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== product[name]));
    if (Object.keys(changed).length === 0) {
      toast("Nothing was changed.");
      return;
    }
    await change(shelf, "PATCH", "", changed, "Saved.");
  };
  return part("What it is", {}, form({ submit: "Save" }, save, aboutFields(product, categories)));
}

function history({ id, created_at: at, version, former_slugs: slugs }) {
  const earlier =
    slugs.length > 0
      ? h(
          "ul",
          {},
          slugs.map((slug) => h("li", {}, h("code", {}, slug))),
        )
      : null;
  return part(
    "About this page",
    {},
    facts([
      ["Made", moment(at)],
      ["Changes", String(version)],
      ["Id", h("code", {}, id)],
      ["Was at", earlier],
    ]),
  );
}
