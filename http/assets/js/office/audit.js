// Who did what, newest first. It is never changed.
import { get } from "../kit/api.js";
import { h } from "../kit/dom.js";
import { input } from "../kit/form.js";
import { address, filters, pager, picked } from "../kit/list.js";
import { moment, table } from "../kit/show.js";
import { head, isAdmin, only, ref } from "./frame.js";

const PATH = "/office/audit";

/** The audit trail. */
export async function show({ query, main }) {
  if (!(await isAdmin())) {
    main.append(...head("Audit trail"), only("The trail is for administrators."));
    return "Audit trail";
  }
  const asked = picked(query, ["actor", "action", "cursor"]);
  const { items, next_cursor: next } = await get(address("/admin/v1/audit", { ...asked, limit: 50 }));
  const columns = [
    { title: "No.", align: "right", cell: ({ number }) => String(number) },
    { title: "When", cell: ({ at }) => moment(at) },
    { title: "Who", cell: ({ actor }) => linked(ref(actor), address(PATH, { actor })) },
    { title: "Did", cell: ({ action }) => linked(h("span", { class: "code" }, action), address(PATH, { action })) },
    { title: "To", cell: ({ subject }) => about(subject) },
    { title: "More", cell: ({ detail }) => more(detail) },
  ];
  main.append(
    ...head("Audit trail"),
    filters(PATH, [
      ["Who, in full", input("actor", asked.actor, { maxlength: "200" })],
      ["What, in full", input("action", asked.action, { maxlength: "200" })],
    ]),
    table("Audit trail", columns, items, {
      empty: next ? "Nothing on this page, but there is more." : "Nothing like that was done.",
    }),
    pager(PATH, asked, next) ?? "",
  );
  return "Audit trail";
}

function linked(text, href) {
  return h("a", { href }, text);
}

/** What something was done to, as a way to its page where there is one. */
function about(subject) {
  const [, kind] = /^(ord|usr|prod)_[0-9a-f]{32}$/.exec(subject) ?? [];
  const page = { ord: "orders", usr: "people", prod: "products" }[kind];
  return page ? linked(ref(subject), `/office/${page}/${subject}`) : h("span", { class: "code" }, subject);
}

function more(detail) {
  if (detail === null || detail === undefined || (typeof detail === "object" && Object.keys(detail).length === 0))
    return "–";
  return h("details", {}, h("summary", {}, "Look"), h("pre", { tabindex: "0" }, JSON.stringify(detail, null, 2)));
}
