// What the shop may tell somebody, what they agreed to, and what it holds about them.
import { get, saveFile, send } from "./kit/api.js";
import { confirmed, h, toast } from "./kit/dom.js";
import { acting, form, tick } from "./kit/form.js";
import { moment, words } from "./kit/show.js";

const PREFERENCES = "/v1/me/notification-preferences";

export async function letters() {
  const { email } = await get(PREFERENCES);
  return form(
    { submit: "Save" },
    async (_values, whole) => {
      const wanted = Object.keys(email).map((name) => [name, whole.elements[name].checked]);
      await send("PUT", PREFERENCES, { email: Object.fromEntries(wanted) });
      toast("Saved.");
    },
    h("p", { class: "quiet" }, "Send me an e-mail when:"),
    Object.entries(email).map(([name, on]) => tick(name, words(name), on)),
  );
}

export async function consents(again) {
  const { items } = await get("/v1/me/consents");
  if (items.length === 0) return h("p", { class: "quiet" }, "Nothing so far.");
  const row = ({ text, version, given, at }) => {
    const change = acting(given ? "Take it back" : "Agree", async () => {
      await send("PUT", "/v1/me/consents", { consents: [{ text, version, given: !given }] });
      await again();
    });
    const state = given ? "agreed" : "not agreed";
    const said = h("div", {}, h("strong", {}, words(text)), ` ${state} `, moment(at));
    return h("li", { class: "row" }, said, h("div", { class: "row-act" }, change));
  };
  return h("ul", { class: "rows" }, items.map(row));
}

export async function data(again) {
  const { status, expires_at: until } = await get("/v1/me/export");
  const ask = acting("Gather my data", async () => {
    await send("POST", "/v1/me/export");
    await again();
  });
  const fetchIt = acting("Download", () => saveFile("/v1/me/export/archive", "amazoff-data.zip", "application/zip"));
  const ready = status === "ready";
  const asked = status !== "none";
  const none = asked ? `State: ${words(status)}.` : "Ask, and all that the shop holds about you is gathered.";
  const said = ready ? ["Your data is gathered, until ", moment(until), "."] : none;
  const leave = acting(
    "Delete my account",
    async () => {
      const text = "What you told us is erased; orders stay as long as the law asks. This cannot be undone.";
      if (!(await confirmed("Delete your account?", text, "Delete it"))) return;
      const { detail } = await send("DELETE", "/v1/me");
      toast(detail);
      setTimeout(() => location.assign("/"), 3000);
    },
    { tone: "bad" },
  );
  return [h("p", {}, said), h("div", { class: "leave" }, ready ? fetchIt : null, ask), h("div", {}, leave)];
}
