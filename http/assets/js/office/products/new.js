// A new product begins as a draft with one variant.
import { get, send } from "../../kit/api.js";
import { h, toast } from "../../kit/dom.js";
import { form } from "../../kit/form.js";
import { go } from "../../kit/view.js";
import { head, isAdmin, only, part } from "../frame.js";
import { aboutFields, variantFields, variantTyped } from "./fields.js";

/** The form for a new product. */
export async function show({ main }) {
  const top = head("New product", { back: ["/office/products", "Products"] });
  if (!(await isAdmin())) {
    main.append(...top, only("Only administrators make products."));
    return "New product";
  }
  const [{ items: categories }, book] = await Promise.all([get("/admin/v1/categories"), get("/admin/v1/pricebook")]);
  const about = h("div", { class: "stack" }, aboutFields({}, categories));
  about.querySelector("[name=title]").addEventListener("input", ({ target }) => propose(about, target.value));
  const make = async (values, _whole, key) => {
    const { title, slug, brand, category, description } = values;
    const body = { title, slug, brand, category, description, variants: [variantTyped(values, book)] };
    const made = await send("POST", "/admin/v1/products", body, { key });
    toast("Drafted: nobody sees it until it is published.");
    go(`/office/products/${made.id}`);
  };
  main.append(
    ...top,
    form(
      { submit: "Make a draft" },
      make,
      part("What it is", {}, about),
      part("The first variant", {}, h("div", { class: "stack" }, variantFields({}, book))),
    ),
  );
  return "New product";
}

/** Proposes an address from the title until somebody types another one. */
function propose(about, title) {
  const slug = about.querySelector("[name=slug]");
  if (slug.value !== (slug.dataset.proposed ?? "")) return;
  slug.value = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9\s-]/g, "")
    .trim()
    .replaceAll(/[\s-]+/g, "-")
    .slice(0, 100);
  slug.dataset.proposed = slug.value;
}
