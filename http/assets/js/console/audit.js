// What operators did, and whether the trail is whole.
import { get } from "../kit/api.js";
import { h } from "../kit/dom.js";
import { count, table } from "../kit/show.js";
import { watch } from "./feed/stream.js";
import { paged } from "./paged.js";
import { button, entity, exact, head, json, keep } from "./parts.js";

const EVERY_MS = 10_000;

export async function audit({ main, signal }) {
  const list = h("div", {});
  const more = h("div", {});
  const verdict = h("p", { class: "verdict", role: "status" });
  const verify = button("Verify the trail", () => check(verdict), { plain: false, key: "verify" });
  const about =
    "Every act of an operator, written before it is done; “failed” says that it then was " +
    "not. Each entry carries a hash over all before it.";
  main.append(head("Audit trail", verify), h("p", { class: "quiet" }, about), verdict, list, more);
  const source = paged("/ops/v1/audit", { parameter: "before", next: "next_before" });
  const draw = ({ items, more: older }) => {
    list.replaceChildren(drawn(items));
    more.replaceChildren(...source.further(older, () => again()));
  };
  const again = await keep(EVERY_MS, source.load, draw, { main, signal });
  watch((entry) => entry?.kind === "audit" && again(), signal);
  return "Audit trail";
}

async function check(verdict) {
  verdict.className = "verdict";
  verdict.textContent = "Reading the whole trail…";
  try {
    const { intact, entries, first_broken: broken } = await get("/ops/v1/audit/verify");
    verdict.className = intact ? "verdict verdict-good" : "verdict verdict-bad";
    verdict.textContent = intact
      ? `The trail is whole: ${count(entries)} entries, each following from the one before.`
      : `Entry ${broken} is not what was written. The ${count(entries)} before it are.`;
  } catch (error) {
    verdict.className = "verdict verdict-bad";
    verdict.textContent = `The trail could not be read: ${error.message}`;
  }
}

function drawn(items) {
  return table(
    "Audit trail",
    [
      { title: "No.", align: "right", cell: ({ number }) => count(number) },
      { title: "When", cell: ({ at }) => exact(at) },
      {
        title: "Act",
        cell: ({ action }) => h("b", { class: action.endsWith("-failed") ? "bad" : null }, action.replaceAll("-", " ")),
      },
      { title: "Subject", cell: ({ subject }) => named(subject) },
      { title: "Who", cell: ({ actor }) => (/^usr_[0-9a-f]{32}$/.test(actor) ? entity(actor) : h("code", {}, actor)) },
      { title: "More", cell: more },
    ],
    items,
    { empty: "No operator has done anything yet." },
  );
}

function named(subject) {
  if (/^[a-z]+_[0-9a-f]{32}$/.test(subject)) return entity(subject);
  return h("code", {}, subject || "–");
}

/** The detail of an entry. Of a change of limits only what was changed: before it stands all that counted then. */
function more({ detail, subject, number }) {
  if (!detail || Object.keys(detail).length === 0) return "–";
  if (detail.change && detail.before) {
    const before = detail.before.domains?.[subject] ?? detail.before.runtime ?? {};
    return h(
      "ul",
      {},
      Object.entries(detail.change).map(([name, value]) =>
        h("li", {}, `${name}: `, h("del", {}, String(before[name] ?? "?")), " → ", h("ins", {}, String(value))),
      ),
    );
  }
  if (detail.cause) return h("span", {}, detail.cause);
  return h("details", {}, h("summary", { "data-key": `detail-${number}` }, "Details"), json(detail));
}
