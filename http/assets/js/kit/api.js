// The API as a program uses it, in the name of who is logged in here.
import { freshKey } from "../forms.js";
import { dialog, h } from "./dom.js";

/** An answer that says no: `problem` is RFC 9457's. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
    this.code = problem.code;
  }
}

/** What a password shown on this page gave: good for some minutes, and gone with the page. */
let shown = null;

/** What this page's own writes came to: lists that it reads afterwards include it. */
let written = null;

/** Reads: answers the body, and with `whole` also the entity tag: `{ data, etag }`. */
export async function get(path, { whole = false, signal } = {}) {
  const { data, etag } = await call("GET", path, { signal });
  return whole ? { data, etag } : data;
}

/**
 * Writes: `send("POST", path, body, { ifMatch })`. Each call is one wish: it carries a key of its own, so that a repetition
 * does nothing twice. Where the API asks for the password, the person is asked, and the same wish is sent again.
 */
export async function send(method, path, body, { ifMatch, key = freshKey(), type } = {}) {
  return (await surely(() => call(method, path, { body, ifMatch, key, type }))).data;
}

/** Asks for the password where it must be shown, and does it again. */
async function surely(act) {
  try {
    return await act();
  } catch (refused) {
    if (refused.code !== "step-up-required" || !(await showPassword())) throw refused;
    return act();
  }
}

/** Saves a file that the API makes: `saveFile("/v1/…", "sales.csv", "text/csv")`. */
export async function saveFile(path, name, type) {
  const response = await surely(async () => {
    const answer = await fetch(path, { headers: { ...proof(), Accept: `${type}, application/problem+json` } });
    if (answer.ok) return answer;
    throw new Refused(answer.status, await answer.json().catch(() => ({})));
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function call(method, path, { body, ifMatch, key, type, signal }) {
  const headers = { Accept: "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (written) headers["Consistency-Token"] = written;
  Object.assign(headers, proof());
  const raw = body instanceof FormData || body instanceof Blob;
  if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = type ?? "application/json";
  const payload = body === undefined || raw ? body : JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: payload, signal });
  if (response.ok) {
    if (method !== "GET") written = response.headers.get("Consistency-Token") ?? written;
    const text = response.status === 204 ? "" : await response.text();
    return { data: text === "" ? null : JSON.parse(text), etag: response.headers.get("ETag") };
  }
  const problem = await response.json().catch(() => ({ title: `The shop answered ${response.status}.` }));
  // Of another life of the shop, or its lists are far behind: an older one is better than none.
  if (written && ["consistency-token-invalid", "not-yet-consistent"].includes(problem.code)) {
    written = null;
    return call(method, path, { body, ifMatch, key, type, signal });
  }
  if (problem.code === "login-required") {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  throw new Refused(response.status, problem);
}

/** What says that the password was shown. */
function proof() {
  return shown && shown.until > Date.now() ? { Authorization: `Bearer ${shown.token}` } : {};
}

/** Asks for the password until it is right; answers whether it was shown. */
async function showPassword() {
  const password = h("input", { id: "step-up", type: "password", autocomplete: "current-password", required: true });
  const fault = h("p", { class: "field-error", role: "alert" });
  const answer = await dialog("Your password, please", (close) => {
    const attempt = async (event) => {
      event.preventDefault();
      fault.textContent = "";
      try {
        const { data } = await call("POST", "/v1/auth/step-up", { body: { password: password.value }, key: freshKey() });
        shown = { token: data.access_token, until: Date.now() + data.expires_in * 1000 };
        close("yes");
      } catch (refused) {
        fault.textContent = refused.code === "invalid-credentials" ? "That is not it." : refused.message;
        password.select();
      }
    };
    return h(
      "form",
      { onsubmit: attempt },
      h("p", {}, "This cannot be undone, or takes something away. Show that it is you."),
      h("div", { class: "field" }, h("label", { for: "step-up" }, "Password"), password, fault),
      h(
        "div",
        { class: "dialog-act" },
        h("button", { type: "button", class: "button button-plain button-small", onclick: () => close("") }, "Cancel"),
        h("button", { class: "button button-small" }, "Confirm"),
      ),
    );
  });
  return answer === "yes";
}

/** All of such a list at once; see {@link all}. */
export async function everything(path, options) {
  const items = [];
  for await (const item of all(path, options)) items.push(item);
  return items;
}

/** Every page of a list that pages by cursor, up to `pages` of them: `for await (const item of all(path))`. */
export async function* all(path, { pages = 10 } = {}) {
  let cursor = null;
  for (let page = 0; page < pages; page += 1) {
    const joined = path.includes("?") ? "&" : "?";
    const { items, next_cursor } = await get(cursor ? `${path}${joined}cursor=${encodeURIComponent(cursor)}` : path);
    yield* items;
    if (!next_cursor) return;
    cursor = next_cursor;
  }
}
