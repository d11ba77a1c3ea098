// The events of an entity as a list beside its history.
import { h } from "../../kit/dom.js";
import { words } from "../../kit/show.js";
import { exact } from "../parts.js";

/** The list; `mark(seq)` says where one stands, `chosen(go)` has a click lead there. */
export function eventList(id, events) {
  const box = h("ol", { class: "events", "aria-label": "Events" });
  const fill = () => {
    const lines = events.map((event) => h("li", {}, jump(id, event.seq, event.type, event.at)));
    box.replaceChildren(h("li", {}, jump(id, 0)), ...lines);
  };
  const mark = (seq) => {
    for (const link of box.querySelectorAll("a")) {
      const here = Number(link.dataset.seq) === seq;
      if (here) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
      if (here) within(link, box);
    }
  };
  const chosen = (go) => {
    box.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-seq]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(Number(link.dataset.seq));
    });
  };
  fill();
  return { box, fill, mark, chosen };
}

function jump(id, seq, type, at) {
  const name = h("span", { class: "events-name" }, seq === 0 ? "Before the first" : words(type));
  return h(
    "a",
    { href: `/console/entities/${id}?seq=${seq}`, "data-seq": seq },
    h("span", { class: "events-seq" }, seq),
    name,
    at ? exact(at) : null,
  );
}

/** Scrolls the list, and only the list. */
function within(link, list) {
  const [top, bottom] = [link.offsetTop - list.offsetTop, link.offsetTop - list.offsetTop + link.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}
