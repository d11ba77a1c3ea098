// Who gets into an account: the password, open sessions, keys for programs.
import { everything, send } from "./kit/api.js";
import { confirmed, dialog, h, toast } from "./kit/dom.js";
import { acting, field, form, input, select } from "./kit/form.js";
import { moment } from "./kit/show.js";

export async function password() {
  const secret = (name, label, autocomplete) =>
    field(label, input(name, "", { type: "password", required: true, autocomplete, maxlength: "128" }));
  return form(
    { submit: "Change the password" },
    async (values, whole) => {
      await send("POST", "/v1/me/password", values);
      whole.reset();
      toast("Your password is changed.");
    },
    secret("old_password", "Current password", "current-password"),
    secret("password", "The new one, at least 10 characters", "new-password"),
  );
}

export async function sessions(again) {
  const open = await everything("/v1/me/sessions");
  const others = acting("End all others", async () => {
    if (!(await confirmed("End all other sessions?", "Every other device has to log in again.", "End them"))) return;
    await send("DELETE", "/v1/me/sessions");
    await again();
  });
  const row = ({ id, current, opened_at: opened, last_used_at: used }) => {
    const end = acting("End", async () => {
      await send("DELETE", `/v1/me/sessions/${id}`);
      await again();
    });
    const here = current ? h("span", { class: "badge badge-good" }, "This one") : null;
    const act = current ? null : h("div", { class: "row-act" }, end);
    return h("li", { class: "row" }, h("div", {}, "Used ", moment(used), ", opened ", moment(opened), " ", here), act);
  };
  return [h("ul", { class: "rows" }, open.map(row)), open.length > 1 ? h("div", {}, others) : null];
}

export async function keys(again) {
  const known = await everything("/v1/me/api-keys");
  const row = ({ id, name, access, expires_at: until }) => {
    const remove = acting("Remove", async () => {
      if (!(await confirmed(`Remove ${name}?`, "Programs that use it are refused at once.", "Remove"))) return;
      await send("DELETE", `/v1/me/api-keys/${id}`);
      await again();
    });
    const may = access === "write" ? "change things" : "read";
    const words = h("div", {}, h("strong", {}, name), ` may ${may} until `, moment(until));
    return h("li", { class: "row" }, words, h("div", { class: "row-act" }, remove));
  };
  const add = h("button", { type: "button", class: "button button-small", onclick: () => issue(again) }, "Make a key");
  const none = h("p", { class: "quiet" }, "None. Keys let programs use the shop in your name.");
  return [known.length > 0 ? h("ul", { class: "rows" }, known.map(row)) : none, h("div", {}, add)];
}

async function issue(again) {
  let made = null;
  await dialog("A key for a program", (close) =>
    form(
      { submit: "Make it" },
      async ({ name, access, days }) => {
        made = await send("POST", "/v1/me/api-keys", { name, access, days: Number(days) });
        close("yes");
      },
      field("What it is for", input("name", "", { required: true, maxlength: "60" })),
      field("It may", select("access", [["read", "only read"], ["write", "change things"]], "read")),
      field("For how many days", input("days", "90", { type: "number", min: "1", max: "365", required: true })),
    ),
  );
  if (!made) return;
  await dialog("Copy it now", (close) => [
    h("p", {}, "It is shown this once and kept nowhere."),
    h("p", {}, h("code", { class: "secret", tabindex: "0" }, made.secret)),
    h(
      "div",
      { class: "dialog-act" },
      h("button", { type: "button", class: "button button-small", onclick: () => close("yes") }, "I have it"),
    ),
  ]);
  await again();
}
