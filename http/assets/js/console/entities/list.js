// Finding an entity, and those that have an actor now.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { badge, count, table } from "../../kit/show.js";
import { go } from "../../kit/view.js";
import { bytes, entity, head, keep, part, span } from "../parts.js";

const EVERY_MS = 3000;
const TONES = { busy: "calm", waking: "calm", backoff: "bad" };

export async function entities({ main, query, signal }) {
  const { domains } = await get("/ops/v1/limits");
  const chosen = query.get("kind") ?? "";
  const kind = h(
    "select",
    { name: "kind", "data-key": "kind" },
    h("option", { value: "" }, "All"),
    Object.keys(domains).map((name) => h("option", { value: name, selected: name === chosen }, name)),
  );
  kind.addEventListener("change", () => go(kind.value ? `/console/entities?kind=${kind.value}` : "/console/entities"));
  const list = h("div", {});
  main.append(
    head("Entities"),
    part("Find one", finder()),
    h(
      "section",
      {},
      h("h2", {}, "Live now"),
      h("div", { class: "filters" }, h("label", {}, "Domain", kind)),
      h(
        "p",
        { class: "quiet" },
        "Those with an actor, and those that have crashed: the longest queue first. Others " +
          "are read when somebody asks for them.",
      ),
      list,
    ),
  );
  const path = `/ops/v1/cells?limit=100${chosen ? `&kind=${encodeURIComponent(chosen)}` : ""}`;
  await keep(
    EVERY_MS,
    () => get(path),
    ({ cells }) => list.replaceChildren(drawn(cells)),
    { main, signal },
  );
  return "Entities";
}

/** Takes an id in any form, also as a part of an address that was copied from somewhere. */
function finder() {
  const id = h("input", {
    id: "find",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "ord_…, cart_…, pay_…",
  });
  const fault = h("p", { class: "field-error", id: "find-fault", role: "alert" });
  const find = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    id.removeAttribute("aria-invalid");
    const wanted = /[a-z]+_[0-9a-f]{32}/i.exec(id.value)?.[0]?.toLowerCase() ?? id.value.trim();
    try {
      const found = await get(`/ops/v1/entities/${encodeURIComponent(wanted)}?after=0`);
      go(`/console/entities/${found.id}`);
    } catch (refused) {
      id.setAttribute("aria-invalid", "true");
      id.setAttribute("aria-describedby", "find-fault");
      fault.textContent =
        refused.code === "entity-not-found"
          ? "There is no such entity. An id has its kind, an underscore and 32 hex digits."
          : refused.message;
      id.focus();
    }
  };
  return h(
    "form",
    { class: "finder", onsubmit: find },
    h("div", { class: "field" }, h("label", { for: "find" }, "A cart, order, payment, or any other id"), id, fault),
    h("button", { class: "button button-small" }, "Show"),
  );
}

function drawn(cells) {
  return table(
    "Live entities",
    [
      { title: "Entity", cell: (cell) => entity(cell.entity) },
      { title: "State", cell: ({ status }) => badge(status, TONES[status] ?? "") },
      {
        title: "Waiting",
        align: "right",
        cell: ({ depth, oldest_ms: oldest }) => (depth > 0 ? `${count(depth)}, ${span(oldest ?? 0)}` : "–"),
      },
      { title: "Doing", cell: ({ step }) => (step ? `${step.stage} for ${span(step.for_ms)}` : "–") },
      { title: "p99", align: "right", cell: ({ activity: at }) => (at?.p99_us ? span(at.p99_us / 1000) : "–") },
      { title: "Restarts", align: "right", cell: ({ restarts }) => (restarts > 0 ? count(restarts) : "–") },
      { title: "Events", align: "right", cell: ({ version }) => (version === null ? "–" : count(version)) },
      { title: "Size", align: "right", cell: (cell) => bytes(cell.bytes) },
      { title: "Last asked", align: "right", cell: ({ unused_ms: unused }) => `${span(unused)} ago` },
      { title: "Last error", cell: ({ last_error: error }) => (error ? h("code", {}, error) : "") },
    ],
    cells,
    { empty: "No entity has an actor now. They come with the next command." },
  );
}
