// What an entity was at each event, asked once and kept: the past does not change.
import { get } from "../../kit/api.js";

const KEPT = 300;

/** The past of one entity. */
export function past(id) {
  const base = `/ops/v1/entities/${encodeURIComponent(id)}`;
  const kept = new Map();
  const once = (key, ask) => {
    if (!kept.has(key)) {
      kept.set(
        key,
        ask().catch((error) => {
          kept.delete(key);
          throw error;
        }),
      );
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
  };
  const causes = (correlation) => once(`causes ${correlation}`, () => get(`/ops/v1/causes/${correlation}?limit=100`));
  return {
    base,
    /** Live state, cell, and the events after `after`. */
    now: (after) => get(`${base}?after=${after}`),
    at: (seq) => once(`at ${seq}`, () => get(`${base}/at/${seq}`)),
    /** What the event changed. */
    change: (seq) => once(`diff ${seq}`, () => get(`${base}/diff?from=${seq - 1}&to=${seq}`)),
    causes,
    forget: (correlation) => kept.delete(`causes ${correlation}`),
  };
}
