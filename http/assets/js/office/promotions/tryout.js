// What a basket costs today, and why.
import { get, send } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { head, part } from "../frame.js";
import { basket } from "./basket.js";
import { priced } from "./priced.js";

/** The page for trying a basket. */
export async function show({ main }) {
  const [book, { promotions }] = await Promise.all([get("/admin/v1/pricebook"), get("/admin/v1/promotions")]);
  const answer = h(
    "div",
    { "aria-live": "polite", id: "tried" },
    h("p", { class: "quiet" }, "The price appears here, step by step."),
  );
  const price = async (body) =>
    answer.replaceChildren(priced(await send("POST", "/admin/v1/quotes", body), promotions));
  main.append(
    ...head("Try a basket", { back: ["/office/promotions", "Promotions"] }),
    h(
      "div",
      { class: "panes panes-even" },
      part("The basket", {}, basket(book, price, { codes: true })),
      part("What it costs", {}, answer),
    ),
  );
  return "Try a basket";
}
