// Codes: issued for a promotion, looked up, taken back.
import { get, send } from "../../kit/api.js";
import { confirmed, h, toast } from "../../kit/dom.js";
import { acting, field, form, input, select } from "../../kit/form.js";
import { address, filters } from "../../kit/list.js";
import { badge, facts, moment } from "../../kit/show.js";
import { failure, go } from "../../kit/view.js";
import { done, head, isAdmin, only, part } from "../frame.js";

const PATH = "/office/promotions/coupons";

/** The page for codes. */
export async function show({ query, main }) {
  const code = query.get("code") ?? "";
  const [admin, { promotions }] = await Promise.all([isAdmin(), get("/admin/v1/promotions")]);
  main.append(
    ...head("Codes", { back: ["/office/promotions", "Promotions"] }),
    filters(PATH, [["A code", input("code", code, { type: "search", maxlength: "40" })]], { label: "Look it up" }),
    code ? await found(code, promotions, admin) : "",
    admin ? issue(promotions) : only("Only administrators issue codes."),
  );
  return "Codes";
}

async function found(code, promotions, admin) {
  let coupon;
  try {
    coupon = await get(`/admin/v1/coupons/${encodeURIComponent(code)}`);
  } catch (error) {
    return failure(error);
  }
  const take = async () => {
    if (
      !(await confirmed(
        `Take ${coupon.code} back?`,
        "Nobody can use it any more; orders that use it keep that.",
        "Take it back",
      ))
    )
      return;
    await send("DELETE", `/admin/v1/coupons/${encodeURIComponent(coupon.code)}`);
    done("Taken back.");
  };
  const promotion = promotions.find(({ id }) => id === coupon.promotion_id);
  const limit = (most) => (most ? String(most) : "as often as one likes");
  return part(
    coupon.code,
    {
      acts: [
        badge(coupon.withdrawn ? "withdrawn" : "open", coupon.withdrawn ? "bad" : "good"),
        admin && !coupon.withdrawn ? acting("Take it back …", take) : null,
      ],
    },
    facts([
      [
        "Promotion",
        h("a", { href: `/office/promotions/${coupon.promotion_id}` }, promotion?.title ?? coupon.promotion_id),
      ],
      ["Used", `${coupon.redeemed} times`],
      ["Uses in total", limit(coupon.total_limit)],
      ["By one person", limit(coupon.per_customer_limit)],
      ["From", coupon.window.from ? moment(coupon.window.from) : null],
      ["Until", coupon.window.until ? moment(coupon.window.until) : null],
    ]),
  );
}

function issue(promotions) {
  const openable = promotions.filter(({ trigger }) => trigger === "coupon");
  if (openable.length === 0)
    return part(
      "Issue a code",
      {},
      h("p", { class: "quiet" }, "No promotion needs a code. Make one first that begins to count with a code."),
    );
  const number = (text) => (text ? Number(text) : null);
  const utc = (local) => (local ? new Date(local).toISOString() : null);
  const act = async (values, _whole, key) => {
    const body = {
      code: values.code,
      promotion_id: values.promotion_id,
      total_limit: number(values.total_limit),
      per_customer_limit: number(values.per_customer_limit),
      window: { from: utc(values.from), until: utc(values.until) },
    };
    await send("POST", "/admin/v1/coupons", body, { key });
    toast("Issued.");
    go(address(PATH, { code: values.code }));
  };
  return part(
    "Issue a code",
    {},
    form(
      { submit: "Issue" },
      act,
      h(
        "div",
        { class: "field-row" },
        field("Code", input("code", "", { required: true, maxlength: "40" })),
        field(
          "For",
          select(
            "promotion_id",
            openable.map(({ id, title }) => [id, title]),
          ),
        ),
      ),
      h(
        "div",
        { class: "field-row" },
        field("Uses in total", input("total_limit", "", { type: "number", min: "1" }), { optional: true }),
        field("How often by one person", input("per_customer_limit", "", { type: "number", min: "1" }), {
          optional: true,
        }),
      ),
      h(
        "div",
        { class: "field-row" },
        field("From", input("from", "", { type: "datetime-local" }), { optional: true }),
        field("Until", input("until", "", { type: "datetime-local" }), { optional: true }),
      ),
    ),
  );
}
