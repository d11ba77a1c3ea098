// The bell in the header, live, and the page behind it.
import { get, send } from "./kit/api.js";
import { h } from "./kit/dom.js";
import { moment } from "./kit/show.js";
import { excuse, failure } from "./kit/view.js";

const PATH = "/v1/me/notifications";
const bell = document.querySelector("[data-bell]");
const page = document.querySelector("[data-inbox]");

/** The stream of a tab that is seen. Browsers have six connections to a host over HTTP/1.1: tabs behind it keep none. */
let stream = null;

export function start() {
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : follow()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => document.hidden || follow());
  if (!document.hidden) follow();
  refresh();
}

/** It begins with how it is now, so what came while nobody looked is shown. */
function follow() {
  if (stream) return;
  stream = new EventSource(`${PATH}/events`);
  for (const name of ["snapshot", "notification", "read", "resync"]) stream.addEventListener(name, refresh);
}

function leave() {
  stream?.close();
  stream = null;
}

/** Asks how it is now: the stream only says that something changed. */
async function refresh() {
  try {
    const list = await get(`${PATH}?limit=${page ? 50 : 1}`);
    ring(list.unread);
    if (page) show(list);
  } catch (error) {
    if (page) page.replaceChildren(failure(error));
  }
}

function ring(unread) {
  const badge = bell.querySelector(".bag-count");
  badge.textContent = unread > 99 ? "99+" : unread;
  badge.hidden = unread === 0;
  bell.setAttribute("aria-label", unread === 0 ? "Inbox" : `Inbox, ${unread} unread`);
}

function show({ items, newest, unread }) {
  if (items.length === 0) {
    page.replaceChildren(h("p", { class: "quiet" }, "Nothing yet. What happens to your orders is told here."));
    return;
  }
  const attributes = { type: "button", class: "button button-small button-plain", onclick: () => read(newest) };
  const all = h("button", attributes, "Mark all as read");
  page.replaceChildren(
    h("div", { class: "inbox-head" }, h("p", { class: "quiet" }, `${unread} unread`), unread > 0 ? all : null),
    h("ul", { class: "inbox" }, items.map(notice)),
  );
}

function notice({ text, at, read: seen, order_id: order }) {
  const words = order ? h("a", { href: `/orders/${order}` }, text) : text;
  const mark = seen ? null : h("span", { class: "inbox-new" }, "New");
  const when = h("p", { class: "quiet" }, moment(at));
  return h("li", { class: seen ? null : "inbox-unread" }, h("p", {}, words, " ", mark), when);
}

async function read(upto) {
  try {
    await send("POST", `${PATH}/read`, { upto });
    await refresh();
    document.getElementById("main").focus({ preventScroll: true });
  } catch (error) {
    excuse(error);
  }
}
