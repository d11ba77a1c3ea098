// What the views of the back office have in common: their heads, and who is looking.
import { get } from "../kit/api.js";
import { h, toast } from "../kit/dom.js";
import { go } from "../kit/view.js";

let me = null;

/** Whoever is logged in. */
export function whoami() {
  me ??= get("/v1/me").catch((error) => {
    me = null;
    throw error;
  });
  return me;
}

/** Whether administrators' acts are open to whoever is logged in; the API decides anyway. */
export async function isAdmin() {
  return (await whoami()).roles.includes("admin");
}

/** The head of a view: its name, where it belongs, its state and what can be done. */
export function head(title, { back, state, acts = [] } = {}) {
  return [
    back ? h("p", { class: "crumb" }, h("a", { href: back[0] }, back[1])) : null,
    h(
      "div",
      { class: "view-head" },
      h("div", { class: "view-name" }, h("h1", {}, title), state),
      h("div", { class: "view-act" }, acts),
    ),
  ].filter(Boolean);
}

/** A part of a view with a name; what belongs to it as a whole stands beside the name. */
export function part(title, { acts = [], id } = {}, ...children) {
  return h(
    "section",
    { class: "part", "aria-label": title, id },
    h("div", { class: "part-head" }, h("h2", {}, title), h("div", { class: "view-act" }, acts)),
    children,
  );
}

/** An id in few letters, the whole of it behind it. */
export function ref(id) {
  return h("span", { class: "code", title: id }, id.length > 16 ? `${id.slice(0, 13)}…` : id);
}

/** Says why something cannot be done here. */
export function only(what) {
  return h("p", { class: "notice only" }, `${what} You can look, but not change it.`);
}

/**
 * Loads the view again after something was done, and then says what. What is there until then is outdated: whoever pressed
 * something in it would be told that somebody else had changed it.
 */
export async function done(text) {
  const main = document.getElementById("main");
  main.inert = true;
  await go(location.href, { replace: true });
  main.inert = false;
  if (text) toast(text);
}

/** A link that looks like a button. */
export function linkButton(href, label, { plain = true } = {}) {
  return h("a", { href, class: plain ? "button button-small button-plain" : "button button-small" }, label);
}

/** How states look. */
const TONES = {
  good: [
    "paid",
    "delivered",
    "active",
    "published",
    "completed",
    "refunded",
    "enabled",
    "received",
    "verified",
    "shown",
  ],
  calm: [
    "pending",
    "requires_action",
    "authorized",
    "partially_paid",
    "partially_shipped",
    "partially_delivered",
    "packed",
    "draft",
    "submitted",
    "requested",
    "approved",
    "sending",
    "waiting",
    "partially_refunded",
    "placed",
    "unfulfilled",
    "low",
  ],
  bad: ["failed", "voided", "canceled", "rejected", "removed", "flagged", "given_up", "disabled", "out"],
};

/** The tone of a state's badge. */
export function tone(state) {
  return Object.keys(TONES).find((name) => TONES[name].includes(state));
}
