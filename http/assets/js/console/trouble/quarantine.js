// Commands that crashed their entity, and what a person decides about them.
import { h } from "../../kit/dom.js";
import { badge } from "../../kit/show.js";
import { act, button, entity, exact, head, json, keep } from "../parts.js";
import { said } from "../entities/what-if.js";
import { paged } from "../paged.js";
import { troubleTabs } from "./pages.js";

const EVERY_MS = 3000;
/** The mark of an entity that suspended itself, where a command's id would stand. */
const SUSPENDED = /^f{8}-?f{4}/;

export async function quarantine({ main, query, signal }) {
  const all = query.get("all") === "true";
  const list = h("div", {});
  const other = all
    ? h("a", { href: "/console/trouble" }, "Only those that wait for you")
    : h("a", { href: "/console/trouble?all=true" }, "Every command that ever crashed");
  main.append(
    head("Quarantine", other),
    troubleTabs(),
    h(
      "p",
      { class: "quiet" },
      "A command that crashes its entity twice is refused from then on; everything else " +
        "goes on. What to do: look at what it would do today. If it would be accepted, retry " +
        "it; else dismiss it.",
    ),
    list,
  );
  const source = paged(all ? "/ops/v1/quarantine?all=true" : "/ops/v1/quarantine");
  const draw = ({ items, more }) => {
    const empty = h("p", { class: "fine" }, all ? "No command ever crashed." : "Nothing is in quarantine.");
    list.replaceChildren(
      ...(items.length > 0 ? items.map((item) => crash(item, () => again())) : [empty]),
      ...source.further(more, () => again()),
    );
  };
  const again = await keep(EVERY_MS, source.load, draw, { main, signal });
  return "Quarantine";
}

function crash(item, again) {
  const { entity: id, command_id: command, attempts, quarantined, dismissed, at, on_version: version, cause } = item;
  const suspended = SUSPENDED.test(command);
  const state = dismissed
    ? badge("dismissed")
    : suspended
      ? badge("suspended", "bad")
      : quarantined
        ? badge("quarantined", "bad")
        : badge("may be given again", "calm");
  const path = `/ops/v1/quarantine/${encodeURIComponent(id)}/${command}`;
  const today = h("div", { "aria-live": "polite" });
  const look = async () => {
    const answer = await act("POST", `/ops/v1/entities/${encodeURIComponent(id)}/what-if`, {
      body: { command_id: command },
    });
    if (answer) today.replaceChildren(...said(answer, { crashed: quarantined && !dismissed }));
  };
  const retry = async () =>
    (await act("POST", `${path}/retry`, { said: suspended ? "It goes on." : "It was given again, and answered." })) &&
    again();
  const dismiss = async () => {
    const ask = {
      title: "Dismiss it?",
      text: "The command stays refused for ever and leaves this list.",
      action: "Dismiss it",
    };
    if (await act("POST", `${path}/dismiss`, { said: "It was dismissed.", ask })) again();
  };
  const acts = [
    suspended ? null : button("What would it do today?", look, { key: `today-${command}` }),
    quarantined && !dismissed
      ? button(suspended ? "Let it go on" : "Retry", retry, { plain: false, key: `retry-${command}` })
      : null,
    quarantined && !dismissed && !suspended ? button("Dismiss", dismiss, { key: `dismiss-${command}` }) : null,
  ];
  return h(
    "article",
    { class: "part case", "data-command": command },
    h("div", { class: "part-head" }, h("h2", {}, version > 0 ? entity(id, version) : h("code", {}, id)), state),
    h("p", { class: "last-error" }, h("code", {}, cause)),
    h(
      "p",
      { class: "quiet" },
      `Crashed ${attempts} times, last `,
      exact(at),
      ", on the state after ",
      String(version),
      " events. Command ",
      h("code", {}, command),
    ),
    h(
      "details",
      {},
      h("summary", { "data-key": `command-${command}` }, "The command and its context"),
      json({ command: item.command, context: item.context }),
    ),
    today,
    h("div", { class: "acts" }, acts),
  );
}
