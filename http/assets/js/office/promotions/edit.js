// A promotion as a form: a new one, or one that is there. It can be tried out before it is saved.
import { get, send } from "../../kit/api.js";
import { h, toast } from "../../kit/dom.js";
import { form, typed } from "../../kit/form.js";
import { failure, go } from "../../kit/view.js";
import { done, head, isAdmin, only, part } from "../frame.js";
import { promotionFields } from "./fields.js";
import { promotionTyped } from "./typed.js";
import { basket } from "./basket.js";
import { priced } from "./priced.js";
import { Refused } from "../../kit/api.js";

const BACK = ["/office/promotions", "Promotions"];

/** A new promotion. */
export async function fresh({ main }) {
  const facts = await known();
  const save = async (body) => {
    await send("POST", "/admin/v1/promotions", body, { ifMatch: `"${facts.version}"` });
    toast("Saved.");
    go("/office/promotions");
  };
  await draw(main, { title: "New promotion", promotion: {}, facts, save });
  return "New promotion";
}

/** A promotion that is there. */
export async function show({ params, main }) {
  const facts = await known();
  const promotion = facts.promotions.find(({ id }) => id === params.id);
  if (!promotion) throw new Refused(404, { title: "There is no such promotion." });
  const save = async (body) => {
    await send("PATCH", `/admin/v1/promotions/${promotion.id}`, body, { ifMatch: `"${facts.version}"` });
    done("Saved.");
  };
  await draw(main, { title: promotion.title, promotion, facts, save });
  return promotion.title;
}

/** What a form about promotions has to know. */
async function known() {
  const [{ promotions, version }, { items: categories }, book] = await Promise.all([
    get("/admin/v1/promotions"),
    get("/admin/v1/categories"),
    get("/admin/v1/pricebook"),
  ]);
  return { promotions, version, categories, book };
}

async function draw(main, { title, promotion, facts, save }) {
  const admin = await isAdmin();
  const wanted = (values) => promotionTyped(values, facts);
  const whole = form({ submit: "Save" }, (values) => save(wanted(values)), promotionFields(promotion, facts));
  if (!admin) whole.querySelector(".form-act").remove();
  const counts = promotion.id && promotion.enabled !== false && promotion.trigger !== "coupon";
  main.append(
    ...head(title, { back: BACK }),
    admin ? "" : only("Only administrators change promotions."),
    h(
      "div",
      { class: "panes panes-even" },
      part("What it does", {}, whole),
      counts ? countsAlready() : tryOut(facts, () => wanted(typed(whole))),
    ),
  );
}

/** What counts already would count twice if it were tried out. */
function countsAlready() {
  const link = h("a", { href: "/office/promotions/try" }, "Try a basket");
  return part("Try it out", {}, h("p", {}, "It counts already. ", link, " to see what it does."));
}

/** A basket is priced as if the promotion in the form were there already and needed no code. */
function tryOut({ book, promotions }, promotion) {
  const answer = h("div", { "aria-live": "polite", id: "tried" });
  const price = async (lines) => {
    answer.replaceChildren();
    try {
      answer.replaceChildren(
        priced(await send("POST", "/admin/v1/quotes", { ...lines, promotion: promotion() }), promotions),
      );
    } catch (error) {
      answer.replaceChildren(
        failure(error.problem && !error.status ? new Refused(422, { detail: error.message }) : error),
      );
    }
  };
  return part(
    "Try it out",
    {},
    h("p", { class: "quiet" }, "What a basket would cost with this promotion. Nothing is saved."),
    basket(book, price),
    answer,
  );
}
