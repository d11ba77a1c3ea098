// The bag beside the page, when something was added: what the bag's own page shows, in a dialog.
import { pageAt } from "./forms.js";
import { h } from "./kit/dom.js";

/** Opens it and says what was done; `wire` gets the forms in it. Answers whether the bag could be shown. */
export async function openDrawer(message, wire) {
  const page = await pageAt("/cart").catch(() => null);
  const content = page?.querySelector("main");
  if (!content) return false;
  const box = h("dialog", { class: "drawer", "aria-labelledby": "drawer-title", "data-drawer": true });
  box.dataset.message = message;
  fill(box, content);
  box.addEventListener("close", () => box.remove());
  // A click beside the drawer is a click on the dialog itself.
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  box.showModal();
  wire(box);
  return true;
}

/** Shows the bag's content, as its page has it, in a drawer. */
export function fill(box, content) {
  content.querySelector("h1")?.remove();
  const close = h("button", { type: "button", class: "link", onclick: () => box.close() }, "Close");
  const head = h("div", { class: "drawer-head" }, h("h2", { id: "drawer-title", tabindex: "-1" }, "Your bag"), close);
  const said = h("p", { class: "quiet", role: "status" }, box.dataset.message ?? "");
  delete box.dataset.message;
  const whole = h("a", { class: "button button-plain button-wide", href: "/cart" }, "View bag");
  box.replaceChildren(h("div", { class: "drawer-body" }, head, said, ...[...content.childNodes].map(adopted), whole));
}

function adopted(node) {
  return document.adoptNode(node);
}
