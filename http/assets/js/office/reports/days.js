// Days as the reports count them: of UTC.
import { money } from "../../kit/show.js";

/** `2026-11-26` in few letters. */
export function dayName(day) {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** A day so many days ago. */
export function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** An amount without its small part, for an axis. */
export function plain(amount) {
  return money(amount).replace(/[.,]00$/, "");
}
