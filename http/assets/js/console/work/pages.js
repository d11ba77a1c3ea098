// The pages of "Processes".
import { tabs } from "../parts.js";

export function workTabs() {
  return tabs("Processes", [
    ["/console/processes", "Checkouts"],
    ["/console/processes/projections", "Projections"],
    ["/console/processes/reconciliations", "Reconciliations"],
    ["/console/processes/strays", "Stray webhooks"],
  ]);
}
