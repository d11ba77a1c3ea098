// A review as moderators see it.
import { send } from "../../kit/api.js";
import { dialog, h } from "../../kit/dom.js";
import { acting, field, form, select } from "../../kit/form.js";
import { ago, badge, words } from "../../kit/show.js";
import { done, tone } from "../frame.js";
import { away } from "../orders/acts.js";

const REASONS = ["spam", "offensive", "off_topic", "personal_data", "fake", "other"];

/** A review and what can be done about it; `start` puts it under the keys. */
export function card(review, start) {
  const { title, body, rating, author_name: name, verified, status, flags, refused, product_id: product } = review;
  const gone = "What it said is gone: its author was erased.";
  return h(
    "article",
    { class: "part review", tabindex: "0", "data-start": start, "aria-label": `${rating} stars: ${title ?? "erased"}` },
    h(
      "div",
      { class: "part-head" },
      h(
        "p",
        { class: "stars", role: "img", "aria-label": `${rating} of 5 stars` },
        "★".repeat(rating),
        h("span", { class: "stars-off" }, "★".repeat(5 - rating)),
      ),
      h("span", { class: "badges" }, verified ? badge("verified", "good") : null, badge(status, tone(status))),
    ),
    h("h2", {}, title ?? gone),
    body ? h("p", { class: "long" }, body) : null,
    flags.length > 0
      ? h(
          "p",
          { class: "notice notice-bad" },
          `Complaints: ${flags.map((flag) => words(flag).toLowerCase()).join(", ")}`,
        )
      : null,
    h(
      "p",
      { class: "quiet" },
      name ? `By ${name}, ` : "",
      ago(review.written_at),
      ", version ",
      String(review.revision),
      refused ? `, refused: ${words(refused).toLowerCase()}` : "",
      " · ",
      h("a", { href: `/office/products/${product}` }, "Product"),
      " · ",
      h("a", { href: `/office/people/${review.author_id}` }, "Author"),
    ),
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
  const reject = () =>
    because(
      "Reject the review",
      "Its author sees why, and may change it.",
      (reason) => send("POST", path("reject"), { reason, revision }),
      "Rejected.",
    );
  const remove = () =>
    because(
      "Remove the review",
      "Its author cannot bring it back.",
      (reason) => send("POST", path("remove"), { reason }),
      "Removed.",
    );
  const open = (label, press, act) =>
    h("button", { type: "button", class: "button button-small button-plain", "data-act": act, onclick: press }, label);
  return [
    status === "submitted" ? acting("Approve", approve, { tone: "", attributes: { "data-act": "a" } }) : null,
    status === "submitted" ? open("Reject …", reject, "r") : null,
    status === "flagged" ? acting("Nothing is wrong", restore, { tone: "", attributes: { "data-act": "a" } }) : null,
    status === "removed" ? acting("Bring it back", restore) : null,
    status === "flagged" || status === "published" || (status === "submitted" && shown)
      ? open("Remove …", remove, status === "submitted" ? null : "r")
      : null,
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
      field(
        "Why",
        select(
          "reason",
          REASONS.map((reason) => [reason, words(reason)]),
          "off_topic",
          { autofocus: true },
        ),
      ),
    ),
  );
}
