// Payments against what their providers say.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { count, facts, money, table, words } from "../../kit/show.js";
import { go } from "../../kit/view.js";
import { paged } from "../paged.js";
import { act, entity, exact, head, keep, part, span } from "../parts.js";
import { workTabs } from "./pages.js";

const EVERY_MS = 10_000;
const PATH = "/ops/v1/reconciliations";

export async function reconciliations({ main, signal }) {
  const list = h("div", {});
  const more = h("div", {});
  main.append(head("Reconciliations"), workTabs(), comparison(), list, more);
  const source = paged(PATH);
  const draw = ({ items, more: older }) => {
    list.replaceChildren(drawn(items));
    more.replaceChildren(...source.further(older, () => again()));
  };
  const again = await keep(EVERY_MS, source.load, draw, { main, signal });
  return "Reconciliations";
}

function comparison() {
  const days = h("input", { id: "days", type: "number", min: 1, max: 400, value: 8, required: true });
  const press = h("button", { class: "button button-small" }, "Compare now");
  const run = async (event) => {
    event.preventDefault();
    press.disabled = true;
    const report = await act("POST", PATH, { body: { window_s: days.valueAsNumber * 86_400 } });
    press.disabled = false;
    if (report) go(`/console/processes/reconciliations/${report.id}`);
  };
  const words =
    "Reads what the providers have and compares it with our payments. Nothing is moved or " +
    "changed; a payment that differs asks its provider again.";
  return h(
    "form",
    { class: "part", onsubmit: run },
    h("p", {}, words),
    h("div", { class: "filters" }, h("label", {}, "Days back", days), press),
  );
}

function drawn(items) {
  return table(
    "Reports",
    [
      {
        title: "When",
        cell: ({ id, started_at: at }) => h("a", { href: `/console/processes/reconciliations/${id}` }, exact(at)),
      },
      { title: "Took", align: "right", cell: ({ started_at: a, finished_at: b }) => span(new Date(b) - new Date(a)) },
      { title: "Payments", align: "right", cell: ({ payments }) => count(payments) },
      { title: "Providers' records", align: "right", cell: ({ records }) => count(records) },
      { title: "Findings", align: "right", cell: found },
      { title: "Incomplete", cell: ({ incomplete }) => incomplete.map(({ provider }) => provider).join(", ") || "–" },
    ],
    items,
    { empty: "Nothing was compared yet. A comparison runs every hour, or now." },
  );
}

function found({ findings, unlisted }) {
  const all = findings.length + unlisted;
  return h("span", { class: all > 0 ? "bad" : null }, count(all));
}

export async function report({ params, main }) {
  const read = await get(`${PATH}/${encodeURIComponent(params.report)}`);
  const { findings, unlisted, incomplete } = read;
  main.append(
    head("Reconciliation"),
    workTabs(),
    part(
      "The comparison",
      facts([
        ["Report", h("code", {}, read.id)],
        [
          "Ran",
          h("span", {}, exact(read.started_at), ` for ${span(new Date(read.finished_at) - new Date(read.started_at))}`),
        ],
        ["Since", exact(read.since)],
        [
          "Payments",
          `${count(read.payments)}, and ${count(read.under_way)} that moved meanwhile and count for nothing`,
        ],
        ["Records", count(read.records)],
      ]),
    ),
  );
  for (const { provider, reason } of incomplete)
    main.append(h("p", { class: "notice notice-bad" }, `${provider} could not be read to the end: ${reason}`));
  main.append(h("h2", {}, "What does not fit"), differences(findings));
  if (unlisted > 0) main.append(h("p", { class: "quiet" }, `${count(unlisted)} more are not listed.`));
  return "Reconciliation";
}

function differences(findings) {
  return table(
    "Findings",
    [
      { title: "What", cell: ({ kind }) => h("b", {}, words(kind)) },
      { title: "In words", cell: ({ detail }) => detail },
      {
        title: "Provider",
        cell: ({ provider, reference }) => h("span", {}, provider, reference ? h("code", {}, ` ${reference}`) : ""),
      },
      { title: "Theirs", align: "right", cell: ({ theirs }) => (theirs ? money(theirs) : "–") },
      { title: "Ours", align: "right", cell: ({ ours }) => (ours ? money(ours) : "–") },
      { title: "Payment", cell: ({ payment_id: id }) => (id ? entity(id) : "–") },
      { title: "Order", cell: ({ order_id: id }) => (id ? entity(id) : "–") },
    ],
    findings,
    { empty: "Everything fits." },
  );
}
