// One entity: what it is, and the way through its history.
import { h, toast } from "../../kit/dom.js";
import { badge, count, facts } from "../../kit/show.js";
import { act, button, bytes, head, span } from "../parts.js";
import { past } from "./past.js";
import { travel } from "./travel.js";

const EVERY_MS = 3000;
const CHUNK = 200;

export async function oneEntity({ params, query, main, signal }) {
  const source = past(params.id);
  const found = await source.now(0);
  const events = found.history;
  while (events.length < found.version && events.length % CHUNK === 0 && events.length > 0 && events.length < 5000) {
    events.push(...(await source.now(events.at(-1).seq)).history);
  }
  const wanted = Number.parseInt(query.get("seq"), 10);
  const seq = Number.isNaN(wanted) ? found.version : Math.min(Math.max(0, wanted), found.version);
  const cell = h("div", { class: "cell" });
  const title = head(found.kind.charAt(0).toUpperCase() + found.kind.slice(1), ...acts(source, found.id));
  main.append(title, h("p", { class: "entity-id" }, h("code", {}, found.id), copied(found.id)), cell);
  const way = travel(source, { id: found.id, kind: found.kind, events, version: found.version, seq, signal });
  main.append(way.box);
  show(cell, found);
  await way.go(seq);
  const again = async () => {
    if (signal.aborted) return;
    try {
      const newer = await source.now(events.at(-1)?.seq ?? 0);
      show(cell, newer);
      if (newer.history.length > 0) way.grown(newer.history, newer.version);
    } catch {
      cell.replaceChildren(
        h("p", { class: "notice notice-bad" }, "There is no answer now; what stands here is older."),
      );
    }
    setTimeout(again, EVERY_MS);
  };
  setTimeout(again, EVERY_MS);
  return found.id;
}

function acts(source, id) {
  const passivate = () => act("POST", `${source.base}/passivate`, { said: "It has left memory." });
  const kill = () =>
    act("POST", `${source.base}/kill`, {
      said: "Its actor was ended.",
      ask: {
        title: "Kill its actor?",
        text: `The actor of ${id} ends as in a crash. Its queue is kept, and it is started again from the journal.`,
        action: "Kill its actor",
      },
    });
  return [button("Passivate", passivate, { key: "passivate" }), button("Kill", kill, { bad: true, key: "kill" })];
}

function copied(id) {
  const copy = async () => {
    await navigator.clipboard.writeText(location.href).then(
      () => toast("The address of this moment was copied."),
      () => toast(`Copy it from the address line: ${id}`),
    );
  };
  return button("Copy link", copy, { key: "copy" });
}

/** Its cell: how it lives now. */
function show(box, { cell, version, kind }) {
  if (!cell) {
    box.replaceChildren(
      h(
        "p",
        { class: "quiet" },
        `Not in memory; ${count(version)} events in the journal. It is read when somebody asks for it.`,
      ),
    );
    return;
  }
  const tone = { backoff: "bad", busy: "calm", waking: "calm" }[cell.status] ?? "";
  const quarantined =
    cell.quarantined.length > 0
      ? h("a", { href: "/console/trouble" }, `${cell.quarantined.length} in quarantine`)
      : null;
  const list = facts([
    ["Actor", badge(cell.status, tone)],
    ["Waiting", cell.depth > 0 ? `${count(cell.depth)}, the oldest for ${span(cell.oldest_ms ?? 0)}` : "nothing"],
    ["Doing", cell.step ? `${cell.step.stage} for ${span(cell.step.for_ms)}` : null],
    ["Restarts", count(cell.restarts)],
    ["Last error", cell.last_error ? h("code", {}, cell.last_error) : null],
    ["Refused", quarantined],
    ["In memory", `${bytes(cell.bytes)}, last asked ${span(cell.unused_ms)} ago`],
    ["Domain", h("a", { href: `/console/tree?node=shop/${kind}` }, `shop/${kind}`)],
  ]);
  list.classList.add("facts-row");
  box.replaceChildren(list);
}
