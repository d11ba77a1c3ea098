// The entry of every page. Each page works without it; it only loads what the page has a use for.
import { focusFaults, submitOnce } from "./forms.js";

const TRIES = 8;
const FIRST_PAUSE_MS = 1000;

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
const begun = uses.filter(([selector]) => document.querySelector(selector)).map(([, module]) => begin(module));
Promise.all(begun).then(() => document.documentElement.classList.add("ready"));

// The page works without a part that cannot be fetched; it joins once the shop can be reached again.
async function begin(module, tries = TRIES) {
  const loaded = await import(module).catch(() => null);
  if (loaded) return loaded.start();
  if (tries <= 1) return;
  await back(FIRST_PAUSE_MS * 2 ** (TRIES - tries));
  await begin(module, tries - 1);
}

/** Answers after a pause, or as soon as the browser says that there is a network again. */
function back(pause) {
  return new Promise((resolve) => {
    addEventListener("online", resolve, { once: true });
    setTimeout(resolve, pause);
  });
}
