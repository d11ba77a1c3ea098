// The entry of every page. Each page works without it; it only loads what the page has a use for.
import { focusFaults, submitOnce } from "./forms.js";

document.documentElement.classList.add("js");

// A page that comes back from the browser's memory has used its forms' keys already.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

focusFaults();
submitOnce();

const uses = [
  ["[data-add], [data-swap]", "./bag.js"],
  ["[data-variants]", "./variants.js"],
  ["[data-more]", "./grid.js"],
  ["[data-bell]", "./inbox.js"],
  ["[data-account]", "./account.js"],
  ["[data-order-acts]", "./order-acts.js"],
  ["[data-reviews]", "./reviews.js"],
  ["[data-search]", "./search.js"],
  ["[data-filters]", "./filters.js"],
  ["[data-checkout]", "./checkout.js"],
  ["[data-order][data-moving]", "./order.js"],
];
for (const [selector, module] of uses) {
  if (document.querySelector(selector)) import(module).then((loaded) => loaded.start());
}
