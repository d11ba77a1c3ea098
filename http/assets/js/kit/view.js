// From addresses to views: a link within the same side is followed without loading the page again.
import { Refused } from "./api.js";
import { h, toast } from "./dom.js";

let leaving = null;
let toTop = false;
let shown = Promise.resolve();

/**
 * Starts an app. `views` lists `[pattern, load]`: a pattern is a path with `:names`, `load({ params, query, main, signal })`
 * fills `main` and may answer a title; what is marked `data-start` gets the focus. What it started has to end with `signal`.
 */
export function run(views) {
  const compiled = views.map(([pattern, load]) => [new URLPattern({ pathname: pattern }), load]);
  const show = () => {
    shown = open(compiled);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented);
    if (!link || !plain || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (!compiled.some(([pattern]) => pattern.test({ pathname: link.pathname }))) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("popstate", show);
  show();
}

/** Goes to an address of the same app; answers when its view is there. */
export function go(address, { replace = false } = {}) {
  toTop = !replace;
  history[replace ? "replaceState" : "pushState"]({}, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
  return shown;
}

async function open(views) {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const path = location.pathname;
  const main = document.getElementById("main");
  const found = views.map(([pattern, load]) => [pattern.exec({ pathname: path }), load]).find(([match]) => match);
  const fresh = h("div", { class: "view" });
  main.setAttribute("aria-busy", "true");
  let title = "Not found";
  try {
    if (!found) throw new Refused(404, { title: "There is nothing at this address." });
    const query = new URLSearchParams(location.search);
    title = await found[1]({ params: found[0].pathname.groups, query, main: fresh, signal });
  } catch (error) {
    if (signal.aborted) return;
    // What is there already stays: the filters that were wrong can be put right.
    const heading = error.status === 404 ? "Not found" : "That did not work";
    if (!fresh.querySelector("h1")) fresh.replaceChildren(h("h1", {}, heading));
    fresh.append(failure(error));
  }
  if (signal.aborted) return;
  main.replaceChildren(fresh);
  main.removeAttribute("aria-busy");
  mark(path);
  if (toTop) scrollTo(0, 0);
  toTop = false;
  const name = document.body.dataset.title;
  document.title = title ? `${title} · ${name} · amazoff` : `${name} · amazoff`;
  const start = fresh.querySelector("[data-start]");
  if (start) start.focus();
  else main.focus({ preventScroll: true });
}

function mark(path) {
  const part = (text) => text.split("/").slice(0, 3).join("/");
  for (const link of document.querySelectorAll(".staff-nav a")) {
    const here = part(link.pathname) === part(path);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    // On a phone the list of places is a row that scrolls.
    if (here) link.closest("ul").scrollLeft = link.offsetLeft - 16;
  }
}

/** What went wrong, for people. */
export function failure(error) {
  const known = error instanceof Refused;
  if (!known) console.error(error);
  const text = known ? error.message : "The shop could not be reached, or this page has a fault. Try again.";
  const code = known && error.code ? h("p", { class: "quiet" }, h("code", {}, error.code)) : null;
  return h("div", { class: "notice notice-bad", role: "alert" }, h("p", {}, text), code);
}

/** The same in passing. */
export function excuse(error) {
  const known = error instanceof Refused;
  toast(known ? error.message : "The shop could not be reached. Try again.", { bad: true });
}
