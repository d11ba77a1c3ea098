// The queue of reviews. Keys do what the buttons do: J and K go on and back, A approves, R rejects.
import { get, send } from "../kit/api.js";
import { dialog, h } from "../kit/dom.js";
import { acting, field, form, select } from "../kit/form.js";
import { address, pager, picked } from "../kit/list.js";
import { ago, badge, words } from "../kit/show.js";
import { done, head, tone } from "./frame.js";
import { away } from "./orders/acts.js";

const PATH = "/office/reviews";
const STATES = [["submitted", "To read"], ["flagged", "Complaints"], ["published", "Published"], ["rejected", "Rejected"], ["removed", "Removed"]];
const REASONS = ["spam", "offensive", "off_topic", "personal_data", "fake", "other"];

/** The queue. */
export async function show({ query, main, signal }) {
  const asked = picked(query, ["status", "cursor"]);
  asked.status ||= "submitted";
  const { items, next_cursor: next } = await get(address("/admin/v1/reviews", { ...asked, limit: 20 }), { signal });
  const list = h("ol", { class: "queue" }, items.map((review) => h("li", {}, card(review))));
  main.append(
    ...head("Reviews"),
    h("nav", { class: "saved", "aria-label": "States" }, h("ul", {}, STATES.map(([status, name]) => h("li", {}, h("a", { href: address(PATH, { status }), "aria-current": status === asked.status ? "page" : null }, name))))),
    items.length > 0 ? h("p", { class: "quiet keys" }, h("kbd", {}, "J"), " next, ", h("kbd", {}, "K"), " back, ", h("kbd", {}, "A"), " approve, ", h("kbd", {}, "R"), " reject or remove. What has waited longest is first.") : h("p", { class: "quiet" }, "Nothing waits here."),
    list,
    pager(PATH, asked, next) ?? "",
  );
  document.addEventListener("keydown", (event) => press(event, list), { signal });
  return "Reviews";
}

function card(review) {
  const { title, body, rating, author_name: name, verified, status, flags, refused, product_id: product } = review;
  const gone = "What it said is gone: its author was erased.";
  return h(
    "article",
    { class: "part review", tabindex: "0", "aria-label": `${rating} stars: ${title ?? "erased"}` },
    h("div", { class: "part-head" }, h("p", { class: "stars", role: "img", "aria-label": `${rating} of 5 stars` }, "★".repeat(rating), h("span", { class: "stars-off" }, "★".repeat(5 - rating))), h("span", { class: "badges" }, verified ? badge("verified", "good") : null, badge(status, tone(status)))),
    h("h2", {}, title ?? gone),
    body ? h("p", { class: "long" }, body) : null,
    flags.length > 0 ? h("p", { class: "notice notice-bad" }, `Complaints: ${flags.map((flag) => words(flag).toLowerCase()).join(", ")}`) : null,
    h("p", { class: "quiet" }, name ? `By ${name}, ` : "", ago(review.written_at), ", version ", String(review.revision), refused ? `, refused: ${words(refused).toLowerCase()}` : "", " · ", h("a", { href: `/office/products/${product}` }, "Product"), " · ", h("a", { href: `/office/people/${review.author_id}` }, "Author")),
    h("div", { class: "view-act" }, acts(review)),
  );
}

function acts(review) {
  const path = (name) => `/admin/v1/reviews/${review.id}/${name}`;
  const { revision, status, shown } = review;
  const approve = async () => {
    await send("POST", path("approve"), { revision });
    done("Approved: everybody sees it.");
  };
  const restore = async () => {
    await send("POST", path("restore"), {});
    done(status === "flagged" ? "Nothing is wrong with it." : "It is back.");
  };
  const reject = () => because("Reject the review", "Its author sees why, and may change it.", (reason) => send("POST", path("reject"), { reason, revision }), "Rejected.");
  const remove = () => because("Remove the review", "Its author cannot bring it back.", (reason) => send("POST", path("remove"), { reason }), "Removed.");
  const open = (label, press, act) => h("button", { type: "button", class: "button button-small button-plain", "data-act": act, onclick: press }, label);
  return [
    status === "submitted" ? acting("Approve", approve, { tone: "", attributes: { "data-act": "a" } }) : null,
    status === "submitted" ? open("Reject …", reject, "r") : null,
    status === "flagged" ? acting("Nothing is wrong", restore, { tone: "", attributes: { "data-act": "a" } }) : null,
    status === "removed" ? acting("Bring it back", restore) : null,
    status === "flagged" || status === "published" || (status === "submitted" && shown) ? open("Remove …", remove, status === "submitted" ? null : "r") : null,
  ];
}

function because(title, text, act, said) {
  return dialog(title, (close) =>
    form(
      { submit: title, tone: "bad", also: away(close) },
      async ({ reason }) => {
        await act(reason);
        close("yes");
        done(said);
      },
      h("p", {}, text),
      field("Why", select("reason", REASONS.map((reason) => [reason, words(reason)]), "off_topic", { autofocus: true })),
    ),
  );
}

function press(event, list) {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...list.querySelectorAll(".review")];
  const at = cards.findIndex((one) => one.contains(document.activeElement));
  const key = event.key.toLowerCase();
  if (key === "j") cards[Math.min(at + 1, cards.length - 1)]?.focus();
  else if (key === "k") cards[Math.max(at - 1, 0)]?.focus();
  else if ((key === "a" || key === "r") && at >= 0) cards[at].querySelector(`[data-act="${key}"]`)?.click();
  else return;
  event.preventDefault();
}
