// Promotions: what runs, in the order in which they count.
import { get, send } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { acting } from "../../kit/form.js";
import { badge, moment, table } from "../../kit/show.js";
import { done, head, isAdmin, linkButton, only, tone } from "../frame.js";
import { kindWords, selectorWords } from "./words.js";

/** The list of promotions. */
export async function show({ main }) {
  const [admin, { promotions, version }] = await Promise.all([isAdmin(), get("/admin/v1/promotions")]);
  const turn = async ({ id, enabled }) => {
    await send("PATCH", `/admin/v1/promotions/${id}`, { enabled: !enabled }, { ifMatch: `"${version}"` });
    done(enabled ? "Stopped." : "It counts from now on.");
  };
  const columns = [
    {
      title: "Promotion",
      cell: ({ id, title }) => h("a", { href: `/office/promotions/${id}`, class: "strong" }, title),
    },
    { title: "Takes off", cell: ({ kind }) => kindWords(kind) },
    { title: "Of", cell: ({ selector }) => selectorWords(selector) },
    { title: "How", cell: ({ trigger }) => (trigger === "coupon" ? "With a code" : "By itself") },
    { title: "Open", cell: ({ window }) => open(window) },
    {
      title: "State",
      cell: ({ enabled = true }) => badge(enabled ? "enabled" : "stopped", tone(enabled ? "enabled" : "")),
    },
    {
      title: "",
      cell: ({ id, title, enabled = true }) =>
        admin
          ? acting(enabled ? "Stop" : "Start", () => turn({ id, enabled }), {
              attributes: { "aria-label": `${enabled ? "Stop" : "Start"} ${title}` },
            })
          : null,
    },
  ];
  main.append(
    ...head("Promotions", {
      acts: [
        linkButton("/office/promotions/coupons", "Codes"),
        linkButton("/office/promotions/try", "Try a basket"),
        admin ? linkButton("/office/promotions/new", "New promotion", { plain: false }) : null,
      ],
    }),
    admin ? "" : only("Only administrators change promotions."),
    table("Promotions", columns, promotions, { empty: "There is no promotion yet." }),
  );
  return "Promotions";
}

function open(window) {
  if (!window?.from && !window?.until) return "Always";
  return [
    window.from ? ["from ", moment(window.from), " "] : null,
    window.until ? ["until ", moment(window.until)] : null,
  ];
}
