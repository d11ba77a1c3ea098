// The account: parts filled from the API, each by itself, so that one that fails does not take the others along.
import { get, send } from "./kit/api.js";
import { h, toast } from "./kit/dom.js";
import { field, form, input } from "./kit/form.js";
import { excuse, failure } from "./kit/view.js";
import { keys, password, sessions } from "./account-access.js";
import { addresses } from "./account-addresses.js";
import { consents, data, letters } from "./account-data.js";
import { reviews } from "./account-reviews.js";

const PARTS = [
  ["Name and e-mail", profile],
  ["Addresses", addresses],
  ["Reviews", reviews],
  ["E-mails", letters],
  ["What you agreed to", consents],
  ["Password", password],
  ["Where you are logged in", sessions],
  ["API keys", keys],
  ["Your data", data],
];

export function start() {
  const place = document.querySelector("[data-account]");
  place.replaceChildren(...PARTS.map(([title, load], at) => part(title, load, `account-${at}`)));
}

function part(title, load, id) {
  const body = h("div", { class: "stack", "aria-busy": "true" });
  const fill = async () => {
    try {
      const content = await load(fill);
      body.replaceChildren(...[content].flat().filter(Boolean));
    } catch (error) {
      body.replaceChildren(failure(error));
    }
    body.removeAttribute("aria-busy");
  };
  fill();
  return h("section", { class: "part", "aria-labelledby": id }, h("h2", { id }, title), body);
}

async function profile() {
  const user = await get("/v1/me");
  const rename = form(
    { submit: "Save the name" },
    async ({ name }) => {
      await send("PATCH", "/v1/me", { name });
      document.querySelectorAll("[data-name]").forEach((place) => { place.textContent = name; });
      toast("Saved.");
    },
    field("Name", input("name", user.name, { required: true, autocomplete: "name", maxlength: "100" })),
  );
  const move = form(
    { submit: "Change the address" },
    async ({ email }) => {
      const { detail } = await send("POST", "/v1/me/email", { email });
      toast(detail);
    },
    field("E-mail", input("email", user.email, { type: "email", required: true, autocomplete: "email" }), {
      hint: "The new address counts once you open the link that we send there.",
    }),
  );
  return [rename, move, user.email_verified ? h("p", { class: "quiet" }, "Your address is confirmed.") : unconfirmed()];
}

function unconfirmed() {
  const resend = async () => {
    try {
      const { detail } = await send("POST", "/v1/auth/verify-email/resend");
      toast(detail);
    } catch (error) {
      excuse(error);
    }
  };
  const button = h("button", { type: "button", class: "link", onclick: resend }, "Send the link again");
  return h("p", { class: "notice notice-calm" }, "Your address is not confirmed yet. ", button);
}
