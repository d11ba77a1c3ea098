// Requests, latency, errors and what waits, over the last minutes.
import { h } from "../../kit/dom.js";
import { chart } from "../../kit/chart.js";
import { EVERY_MS, KEPT } from "../feed/sampler.js";
import { clock } from "../parts.js";

const round = (value) => String(Number(value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2)));
const ms = (value) => (value >= 1000 ? `${round(value / 1000)} s` : `${round(value)} ms`);
const thousandfold = (value) => (value === null ? null : value * 1000);

const CHARTS = [
  { title: "Requests per second", series: [["Requests", ({ perSecond }) => perSecond]], format: round },
  {
    title: "Latency over the last 10 s",
    series: [
      ["Half below (p50)", ({ p50 }) => thousandfold(p50)],
      ["99 % below (p99)", ({ p99 }) => thousandfold(p99)],
    ],
    format: ms,
  },
  {
    title: "Errors per second",
    series: [
      ["Refused (4xx)", ({ refused }) => refused],
      ["Failed (5xx)", ({ failing }) => failing],
    ],
    format: round,
  },
  {
    title: "Waiting",
    series: [
      ["Commands", ({ queued }) => queued],
      ["Effects", ({ outbox }) => outbox],
    ],
    format: round,
  },
];

/** The charts, and how to bring them up to date. */
export function charts() {
  const frames = CHARTS.map(drawn.bind(null, []));
  const box = h("div", { class: "charts" }, frames);
  return {
    box,
    update: (samples) => CHARTS.forEach((one, at) => renew(frames[at], drawn(samples, one))),
  };
}

function drawn(samples, { title, series, format }) {
  // Always as wide as all that is kept, so that time runs at the same pace from the first moment on.
  const missing = Array.from({ length: Math.max(0, KEPT - samples.length) }, () => null);
  const first = samples[0]?.at ?? Date.now();
  const times = [...missing.map((_, at) => first - (missing.length - at) * EVERY_MS), ...samples.map(({ at }) => at)];
  const labels = times.map((at) => clock(new Date(at)));
  const values = (value) => [...missing, ...samples.map((sample) => value(sample) ?? null)];
  const lines = series.map(([name, value]) => ({ name, values: values(value) }));
  const frame = chart(title, { labels, series: lines, kind: "lines", format });
  for (const row of [...frame.querySelectorAll("tbody tr")].slice(0, missing.length)) row.remove();
  frame.querySelector("figcaption").append(newest(lines, format));
  return frame;
}

/** The newest values beside the title: at a glance, and for those who do not see the lines. */
function newest(lines, format) {
  const values = lines
    .map(({ values }) => values.at(-1))
    .map((value) => (value === null || value === undefined ? "–" : format(value)));
  return h("span", { class: "chart-now" }, values.join(" · "));
}

/** Only what changes is put anew: an open table stays open, and keeps its place and the focus. */
function renew(frame, fresh) {
  for (const part of [".chart", ".chart-now", ".table-frame table"]) {
    frame.querySelector(part).replaceWith(fresh.querySelector(part));
  }
}
