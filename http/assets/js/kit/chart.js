// Charts as inline drawings. Each is also a table for those who do not see it.
import { h, s } from "./dom.js";
import { table } from "./show.js";

const WIDTH = 640;
const HEIGHT = 200;
const EDGE = { left: 56, right: 12, top: 12, bottom: 28 };

/**
 * Columns or lines over the same steps: `chart("Revenue by day", { labels, series: [{ name, values }], kind, format })`.
 * `kind` is "bars" (one series) or "lines"; `format` writes a value; a value of `null` leaves a gap.
 */
export function chart(title, { labels, series, kind = "bars", format = String }) {
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.filter((value) => value !== null)));
  const top = nice(highest);
  const y = (value) => HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const wide = (WIDTH - EDGE.left - EDGE.right) / Math.max(1, labels.length);
  const x = (at) => EDGE.left + wide * (at + 0.5);
  const drawn = kind === "bars" ? bars(series[0], labels, { x, y, wide, format }) : lines(series, { x, y });
  const drawing = s(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title },
    grid(top, y, format),
    drawn,
    steps(labels, x),
  );
  return h("figure", { class: "chart-frame" }, h("figcaption", {}, title, legend(series)), drawing, numbers(title, labels, series, format));
}

/** The next round number above, so that four steps of the grid are round too. */
function nice(value) {
  if (value <= 0) return 4;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((step) => step * size).find((step) => step >= value);
}

function grid(top, y, format) {
  return [0, 1, 2, 3, 4].map((step) => {
    const value = (top / 4) * step;
    const at = y(value);
    return s(
      "g",
      {},
      s("line", { class: "chart-grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: at, y2: at }),
      s("text", { class: "chart-text", x: EDGE.left - 8, y: at + 4, "text-anchor": "end" }, format(value)),
    );
  });
}

function steps(labels, x) {
  const every = Math.ceil(labels.length / 8);
  return labels.map((label, at) =>
    at % every === 0 ? s("text", { class: "chart-text", x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, label) : null,
  );
}

function bars({ values }, labels, { x, y, wide, format }) {
  const thick = Math.max(1, Math.min(48, wide * 0.7));
  return values.map((value, at) =>
    s(
      "rect",
      { class: "chart-bar", x: x(at) - thick / 2, y: y(value ?? 0), width: thick, height: Math.max(0, y(0) - y(value ?? 0)), rx: 2 },
      s("title", {}, `${labels[at]}: ${format(value ?? 0)}`),
    ),
  );
}

function lines(series, { x, y }) {
  return series.map(({ values }, which) => {
    let pen = "M";
    const path = values
      .map((value, at) => {
        if (value === null) {
          pen = "M";
          return "";
        }
        const step = `${pen}${x(at).toFixed(1)},${y(value).toFixed(1)}`;
        pen = "L";
        return step;
      })
      .join("");
    return s("path", { class: `chart-line chart-${which + 1}`, d: path || "M0,0" });
  });
}

function legend(series) {
  if (series.length < 2) return null;
  return h("span", { class: "chart-legend" }, series.map(({ name }, which) => h("span", { class: `chart-key chart-${which + 1}` }, name)));
}

function numbers(title, labels, series, format) {
  const values = series.map(({ name, values }) => ({
    title: name,
    cell: (at) => (values[at] === null ? "–" : format(values[at])),
  }));
  const columns = [{ title: "", head: true, cell: (at) => labels[at] }, ...values];
  return h(
    "details",
    { class: "chart-numbers" },
    h("summary", {}, "As numbers"),
    table(`${title}, as numbers`, columns, [...labels.keys()]),
  );
}
