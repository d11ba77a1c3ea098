// The pages of "Trouble".
import { tabs } from "../parts.js";

export function troubleTabs() {
  return tabs("Trouble", [
    ["/console/trouble", "Quarantine"],
    ["/console/trouble/dead-letters", "Dead letters"],
    ["/console/trouble/discarded", "Discarded"],
    ["/console/trouble/outbox", "Outbox"],
  ]);
}
