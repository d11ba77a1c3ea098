// What the views of the console share.
import { send } from "../kit/api.js";
import { confirmed, h, toast } from "../kit/dom.js";
import { words } from "../kit/show.js";

/** The head of a view. */
export function head(title, ...acts) {
  return h("div", { class: "view-head" }, h("h1", {}, title), h("div", { class: "view-act" }, acts));
}

/** A part of a view with a title of its own. */
export function part(title, ...content) {
  return h("section", { class: "part" }, h("h2", {}, title), content);
}

/** The pages of one place, as links; the one that is open is marked. */
export function tabs(label, pages) {
  const mark = (href) => (href === location.pathname ? "page" : null);
  const link = ([href, name]) => h("li", {}, h("a", { href, "aria-current": mark(href) }, name));
  return h("nav", { class: "tabs", "aria-label": label }, h("ul", {}, pages.map(link)));
}

/** An entity's name as a link to its history, with the number of an event if one is meant. */
export function entity(id, seq) {
  const query = seq === undefined ? "" : `?seq=${seq}`;
  const text = seq === undefined ? id : `${id} at ${seq}`;
  return h("a", { class: "code", href: `/console/entities/${encodeURIComponent(id)}${query}`, "data-key": text }, text);
}

/** A first cause as a link to all that followed from it. */
export function cause(correlation) {
  return h("a", { class: "code", href: `/console/entities/causes/${correlation}` }, correlation);
}

export function button(text, onclick, { bad = false, plain = true, key } = {}) {
  const look = bad ? "button-bad" : plain ? "button-plain" : "";
  return h("button", { type: "button", class: `button button-small ${look}`, onclick, "data-key": key ?? null }, text);
}

/** Does something in the operator's name, asking first if `ask` is given; answers what came of it, or nothing. */
export async function act(method, path, { body, said, ask } = {}) {
  if (ask && !(await confirmed(ask.title, ask.text, ask.action))) return null;
  try {
    const done = await send(method, path, body);
    if (said) toast(said);
    return done ?? {};
  } catch (error) {
    toast(error.message, { bad: true });
    return null;
  }
}

/**
 * Loads at once and then every so often, and draws what changed, until the view is left. The first failure is the
 * view's; later ones leave what was drawn, with a word that it is old.
 */
export async function keep(ms, load, draw, { main, signal }) {
  let drawn = null;
  let since = null;
  const stale = h("p", { class: "notice notice-bad", role: "status", hidden: true });
  const round = async () => {
    const data = await load();
    const text = JSON.stringify(data);
    if (signal.aborted || text === drawn) return;
    drawn = text;
    keepingFocus(main, () => draw(data));
  };
  const again = async () => {
    if (signal.aborted) return;
    try {
      await round();
      stale.hidden = true;
      since = null;
    } catch (error) {
      since ??= clock(new Date());
      stale.textContent = `Since ${since} there is no answer (${error.message}). What stands here is older.`;
      stale.hidden = false;
    }
    setTimeout(again, ms);
  };
  await round();
  main.prepend(stale);
  setTimeout(again, ms);
  return () => round().catch(() => {});
}

/** Redraws without taking away what whoever works here holds: the focus, what was opened, where a table was moved. */
export function keepingFocus(within, draw) {
  const key = within.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const frames = () => [...within.querySelectorAll(".table-frame, .json")];
  const moved = frames().map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
  const open = [...within.querySelectorAll("details[open] > summary[data-key]")].map((summary) => summary.dataset.key);
  draw();
  for (const one of open)
    within.querySelector(`summary[data-key="${CSS.escape(one)}"]`)?.parentElement.setAttribute("open", "");
  frames().forEach((frame, at) => moved[at] && frame.scrollTo(...moved[at]));
  if (key) within.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** `23:59:07`, as the wall clock has it. */
export function clock(date) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** A moment to the second (or finer), for logs. */
export function exact(text, { fine = false } = {}) {
  const date = new Date(text);
  const far = Date.now() - date.getTime() > 43_200_000;
  const day = far ? `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ` : "";
  const rest = fine ? `.${String(date.getMilliseconds()).padStart(3, "0")}` : "";
  return h("time", { datetime: text, title: date.toISOString() }, `${day}${clock(date)}${rest}`);
}

/** A length of time as people say it. */
export function span(ms) {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 1000) return ms > 0 && ms < 1 ? `${Math.ceil(ms * 1000)} µs` : `${Math.round(ms)} ms`;
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ];
  const at = units.findIndex(([, size]) => ms >= size);
  const [unit, size] = units[at];
  const rest = units[at + 1] ? Math.floor((ms % size) / units[at + 1][1]) : 0;
  return rest > 0
    ? `${Math.floor(ms / size)} ${unit} ${rest} ${units[at + 1][0]}`
    : `${(Math.floor((ms / size) * 10) / 10).toString()} ${unit}`;
}

/** Bytes as people say them. */
export function bytes(count) {
  const at = Math.min(4, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const shown = count / 1024 ** at;
  return `${shown.toFixed(at === 0 || shown >= 100 ? 0 : 1)} ${["B", "KiB", "MiB", "GiB", "TiB"][at]}`;
}

/** What a machine wrote, to be read as it is. */
export function json(value) {
  return h("pre", { class: "json", tabindex: "0" }, h("code", {}, JSON.stringify(value, null, 2)));
}

const TONES = { running: "good", starting: "calm", backoff: "bad", degraded: "bad", failed: "bad", stopped: "calm" };

/** How a node of the tree is, in words and colour. */
export function status({ status: name, halted }) {
  const text = halted ? "halted" : name;
  return h("span", { class: `badge badge-${halted ? "calm" : (TONES[name] ?? "calm")}` }, words(text));
}
