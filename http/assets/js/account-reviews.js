// One's own reviews.
import { everything, send } from "./kit/api.js";
import { confirmed, h } from "./kit/dom.js";
import { acting } from "./kit/form.js";
import { badge } from "./kit/show.js";

const TONES = { published: "good", submitted: "calm", rejected: "bad", removed: "bad", flagged: "calm" };

export async function reviews(again) {
  const own = await everything("/v1/me/reviews?limit=50");
  if (own.length === 0) return h("p", { class: "quiet" }, "None yet. You can review what you bought on its page.");
  const row = ({ id, product_id: product, title, rating, status }) => {
    const stars = "★".repeat(rating) + "☆".repeat(5 - rating);
    const remove = acting("Remove", async () => {
      if (!(await confirmed("Remove this review?", title ?? "", "Remove"))) return;
      await send("DELETE", `/v1/reviews/${id}`);
      await again();
    });
    const link = h("a", { href: `/products/${product}#reviews` }, title ?? "Your review");
    const drawn = h("span", { class: "given", role: "img", "aria-label": `${rating} of 5 stars` }, stars);
    const said = h("div", {}, drawn, " ", link, " ", badge(status, TONES[status]));
    return h("li", { class: "row" }, said, h("div", { class: "row-act" }, remove));
  };
  return h("ul", { class: "rows" }, own.map(row));
}
