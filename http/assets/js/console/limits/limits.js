// The bounds in force, to look at and to change.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { go } from "../../kit/view.js";
import { head, part, tabs } from "../parts.js";
import { DOMAIN, RUNTIME } from "./meanings.js";
import { limitForm } from "./form.js";

export function limitTabs() {
  return tabs("Limits", [
    ["/console/limits", "Limits"],
    ["/console/limits/runtime", "Runtime, shards, nodes"],
  ]);
}

export async function limits({ main, query }) {
  const { runtime, domains } = await get("/ops/v1/limits");
  const kind = query.get("kind") in domains ? query.get("kind") : "cart";
  const choice = h(
    "select",
    { id: "limit-domain" },
    Object.keys(domains).map((name) => h("option", { value: name, selected: name === kind }, name)),
  );
  choice.addEventListener("change", () => go(`/console/limits?kind=${choice.value}`, { replace: true }));
  main.append(
    head("Limits"),
    limitTabs(),
    h(
      "p",
      { class: "quiet" },
      "A change counts from the next decision on, until the next start; nothing that was " +
        "taken in is thrown out. It is written into the audit trail. For admins.",
    ),
    part("All domains together", limitForm("/ops/v1/limits/runtime", RUNTIME, runtime, "runtime")),
    part(
      "One domain",
      h("div", { class: "filters" }, h("label", {}, "Domain", choice)),
      limitForm(`/ops/v1/limits/domains/${kind}`, DOMAIN, domains[kind], kind),
    ),
  );
  return "Limits";
}
