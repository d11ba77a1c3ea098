// Reading `/metrics`, the text format of Prometheus.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The figures by name: `Map { "amazoff_dead_letters" → [{ labels, value }] }`. */
export function parse(text) {
  const families = new Map();
  for (const line of text.split("\n")) {
    const found = LINE.exec(line);
    if (!found) continue;
    const [, name, inside, value] = found;
    const labels = {};
    for (const [, label, content] of (inside ?? "").matchAll(LABEL)) labels[label] = content;
    if (!families.has(name)) families.set(name, []);
    families.get(name).push({ labels, value: Number(value) });
  }
  return families;
}

/** The samples of a figure. */
export function samples(families, name) {
  return families.get(name) ?? [];
}

/** The sum of a figure over the samples that `where` takes. */
export function sum(families, name, where = () => true) {
  return samples(families, name).reduce((total, { labels, value }) => (where(labels) ? total + value : total), 0);
}

/** The highest of a figure; 0 when there is none. */
export function highest(families, name) {
  return Math.max(0, ...samples(families, name).map(({ value }) => value));
}

/** How many took at most so long, by bound: a histogram's buckets, added up over the samples that `where` takes. */
export function buckets(families, name, where) {
  const totals = new Map();
  for (const { labels, value } of samples(families, `${name}_bucket`)) {
    if (!where(labels)) continue;
    const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
    totals.set(bound, (totals.get(bound) ?? 0) + value);
  }
  return totals;
}

/**
 * What so large a part stayed below, between two states of the same buckets; `null` when nothing happened. Within a
 * bucket the values are taken as spread evenly; beyond the last bound nobody knows more than that bound.
 */
export function quantile(part, before, after) {
  const counts = [...after]
    .map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)])
    .sort(([a], [b]) => a - b);
  const total = counts.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = part * total;
  let [below, passed] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= rank) {
      return bound === Infinity ? below : below + (bound - below) * ((rank - passed) / Math.max(1, count - passed));
    }
    [below, passed] = [bound, count];
  }
  return below;
}
