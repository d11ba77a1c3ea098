// The addresses that somebody keeps.
import { everything, send } from "./kit/api.js";
import { confirmed, dialog, h } from "./kit/dom.js";
import { acting, field, form, input, tick } from "./kit/form.js";
import { placeLines } from "./kit/show.js";

const PATH = "/v1/me/addresses";

export async function addresses(again) {
  const saved = await everything(PATH);
  const attributes = { type: "button", class: "button button-small", onclick: () => edit(null, again) };
  const add = h("button", attributes, "Add an address");
  const list = h("ul", { class: "rows" }, saved.map((address) => row(address, again)));
  return [saved.length > 0 ? list : h("p", { class: "quiet" }, "None yet."), h("div", {}, add)];
}

function row({ id, recipient, default: usual }, again) {
  const { name, address } = recipient;
  const lines = placeLines(address).join(", ");
  const remove = acting("Remove", async () => {
    if (!(await confirmed("Remove this address?", lines, "Remove"))) return;
    await send("DELETE", `${PATH}/${id}`);
    await again();
  });
  const mark = usual ? h("span", { class: "badge badge-good" }, "Default") : null;
  const change = acting("Change", () => edit({ id, recipient, usual }, again));
  return h(
    "li",
    { class: "row" },
    h("div", {}, h("strong", {}, name), " ", mark, h("br"), lines),
    h("div", { class: "row-act" }, change, remove),
  );
}

function edit(known, again) {
  const { name, email, address } = known?.recipient ?? {};
  const text = (label, part, value, more = {}) =>
    field(label, input(part, value, { required: true, maxlength: "120", ...more }), {
      optional: more.required === null,
    });
  return dialog(known ? "Change the address" : "A new address", (close) =>
    form(
      { submit: "Save" },
      async (values, _whole, key) => {
        const get = (part) => values[`recipient/address/${part}`] || undefined;
        const parts = { line1: get("line1"), line2: get("line2"), postal_code: get("postal_code"), city: get("city") };
        const [country, subdivision] = ["country", "subdivision"].map((part) => get(part)?.toUpperCase());
        const address = { ...parts, country, subdivision };
        const recipient = { name: values["recipient/name"], email: values["recipient/email"], address };
        const body = { recipient, default: values.default === "on" };
        if (known) await send("PUT", `${PATH}/${known.id}`, body);
        else await send("POST", PATH, body, { key });
        close("yes");
        await again();
      },
      text("Full name", "recipient/name", name, { autocomplete: "name" }),
      text("E-mail", "recipient/email", email ?? document.querySelector("[data-email]").textContent, { type: "email" }),
      text("Street and number", "recipient/address/line1", address?.line1, { autocomplete: "address-line1" }),
      text("Flat, floor, company", "recipient/address/line2", address?.line2, { required: null }),
      text("Postcode", "recipient/address/postal_code", address?.postal_code, { autocomplete: "postal-code" }),
      text("City", "recipient/address/city", address?.city, { autocomplete: "address-level2" }),
      text("State or province, as in NY", "recipient/address/subdivision", address?.subdivision, {
        required: null,
        maxlength: "3",
        autocomplete: "address-level1",
      }),
      text("Country, in two letters", "recipient/address/country", address?.country ?? "DE", { maxlength: "2" }),
      tick("default", "Use it unless I say otherwise", known?.usual ?? false),
    ),
  );
}
