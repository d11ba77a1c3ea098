// One's own review of a product, and one's voice on those of others. Reading them needs no script.
import { all, get, send } from "./kit/api.js";
import { dialog, h, toast } from "./kit/dom.js";
import { area, field, form, input, select } from "./kit/form.js";
import { excuse } from "./kit/view.js";

const REASONS = [
  ["spam", "It is spam"],
  ["offensive", "It is offensive"],
  ["off_topic", "It is about something else"],
  ["personal_data", "It tells personal things"],
  ["fake", "It is made up"],
  ["other", "Something else"],
];
const STARS = [5, 4, 3, 2, 1].map((stars) => [String(stars), `${stars} ${"★".repeat(stars)}`]);
const STATES = {
  submitted: "Thank you. Somebody reads your review before others see it.",
  rejected: "Your review was not published. Change it and hand it in again.",
  removed: "Your review was taken away by a moderator.",
};
const section = document.querySelector("[data-reviews]");
const place = section.querySelector("[data-own-review]");
const known = "known" in section.dataset;

export function start() {
  for (const one of section.querySelectorAll("[data-review]")) voices(one, one.dataset.review);
  if (known) showOwn();
}

function voices(one, id) {
  const say = (label, act) =>
    h("button", { type: "button", class: "link", onclick: (event) => attempt(() => act(event.currentTarget)) }, label);
  const helpful = say("Helpful", async (button) => {
    const taken = button.getAttribute("aria-pressed") === "true";
    const count = one.querySelector("[data-helpful]");
    if (taken) await send("DELETE", `/v1/reviews/${id}/votes`);
    const votes = taken ? null : await send("POST", `/v1/reviews/${id}/votes`, {});
    count.textContent = votes ? votes.helpful : Math.max(0, Number(count.textContent) - 1);
    button.setAttribute("aria-pressed", String(!taken));
  });
  const report = say("Report", () => complain(id));
  one.querySelector("[data-voices]").append(helpful, report);
}

function complain(id) {
  return dialog("What is wrong with it?", (close) =>
    form(
      { submit: "Report it" },
      async ({ reason }) => {
        await send("POST", `/v1/reviews/${id}/flags`, { reason });
        close("yes");
        toast("Thank you. A moderator will look at it.");
      },
      field("Reason", select("reason", REASONS)),
    ),
  );
}

async function attempt(act) {
  try {
    await act();
  } catch (error) {
    excuse(error);
  }
}

async function showOwn() {
  await attempt(async () => {
    const { id } = await get(`/v1/products/${section.dataset.reviews}`);
    let own = null;
    for await (const review of all("/v1/me/reviews?limit=100")) if (review.product_id === id) own = review;
    const label = own ? "Change your review" : "Write a review";
    const button = h("button", { type: "button", class: "button button-plain", onclick: () => write(own) }, label);
    place.replaceChildren(own && STATES[own.status] ? h("p", { class: "quiet" }, STATES[own.status]) : "", button);
  });
}

function write(own) {
  const body = area("body", own?.body, { required: true, maxlength: "5000", rows: "5" });
  const whole = form(
    { submit: own ? "Save" : "Hand it in", kind: "stack part" },
    async ({ rating, title, body: text, author_name: name }, _whole, key) => {
      const said = { rating: Number(rating), title, body: text, ...(name ? { author_name: name } : {}) };
      if (own) await send("PATCH", `/v1/reviews/${own.id}`, said);
      else await send("POST", `/v1/products/${section.dataset.reviews}/reviews`, said, { key });
      toast("Thank you. Somebody reads it before others see it.");
      await showOwn();
      place.querySelector("button").focus();
    },
    field("Stars", select("rating", STARS, String(own?.rating ?? 5))),
    field("In one line", input("title", own?.title, { required: true, maxlength: "120" })),
    field("At length", body),
    field("Name that others see", input("author_name", own?.author_name, { maxlength: "50" }), { optional: true }),
  );
  place.replaceChildren(whole);
  whole.querySelector("select").focus();
}
