// The queue of reviews. Keys do what the buttons do: J and K go on and back, A approves, R rejects.
import { get } from "../kit/api.js";
import { h } from "../kit/dom.js";
import { address, pager, picked } from "../kit/list.js";
import { head } from "./frame.js";
import { card } from "./reviews/card.js";

const PATH = "/office/reviews";
const STATES = [
  ["submitted", "To read"],
  ["flagged", "Complaints"],
  ["published", "Published"],
  ["rejected", "Rejected"],
  ["removed", "Removed"],
];
/** Whether the last act was a key's: then the next review is under the keys at once. */
let byKey = false;

/** The queue. */
export async function show({ query, main, signal }) {
  const asked = picked(query, ["status", "cursor"]);
  asked.status ||= "submitted";
  const { items, next_cursor: next } = await get(address("/admin/v1/reviews", { ...asked, limit: 20 }), { signal });
  const start = byKey;
  byKey = false;
  const list = h(
    "ol",
    { class: "queue" },
    items.map((review, at) => h("li", {}, card(review, start && at === 0))),
  );
  main.append(
    ...head("Reviews"),
    h(
      "nav",
      { class: "saved", "aria-label": "States" },
      h(
        "ul",
        {},
        STATES.map(([status, name]) =>
          h(
            "li",
            {},
            h("a", { href: address(PATH, { status }), "aria-current": status === asked.status ? "page" : null }, name),
          ),
        ),
      ),
    ),
    items.length > 0
      ? h(
          "p",
          { class: "quiet keys" },
          h("kbd", {}, "J"),
          " next, ",
          h("kbd", {}, "K"),
          " back, ",
          h("kbd", {}, "A"),
          " approve, ",
          h("kbd", {}, "R"),
          " reject or remove. What has waited longest is first.",
        )
      : h("p", { class: "quiet" }, "Nothing waits here."),
    list,
    pager(PATH, asked, next) ?? "",
  );
  document.addEventListener("keydown", (event) => press(event, list), { signal });
  return "Reviews";
}

function press(event, list) {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...list.querySelectorAll(".review")];
  const at = cards.findIndex((one) => one.contains(document.activeElement));
  const key = event.key.toLowerCase();
  if (key === "j") cards[Math.min(at + 1, cards.length - 1)]?.focus();
  else if (key === "k") cards[Math.max(at - 1, 0)]?.focus();
  else if ((key === "a" || key === "r") && at >= 0) {
    byKey = true;
    cards[at].querySelector(`[data-act="${key}"]`)?.click();
  } else return;
  event.preventDefault();
}
