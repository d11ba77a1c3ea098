// The way through an entity's history: a slider over its events, and what each of them did.
import { h } from "../../kit/dom.js";
import { words } from "../../kit/show.js";
import { failure } from "../../kit/view.js";
import { exact, keepingFocus } from "../parts.js";
import { eventList } from "./events.js";
import { moment } from "./moment.js";
import { stateView } from "./state.js";

/** Whoever slides past an event does not have it read. */
const REST_MS = 70;
/** Where left and right mean something else. */
const BUSY = "input:not([type=range]), textarea, select, [role=tree], dialog";

export function travel(source, { id, kind, events, version, seq, signal }) {
  const way = { seq, version };
  const slider = h("input", {
    type: "range",
    id: "slider",
    class: "slider",
    min: 0,
    max: version,
    step: 1,
    value: seq,
  });
  const where = h("output", { class: "where", for: "slider" });
  const step = (by) => () => go(way.seq + by);
  const back = h(
    "button",
    { type: "button", class: "button button-plain button-small", "aria-label": "One event back", onclick: step(-1) },
    "←",
  );
  const on = h(
    "button",
    { type: "button", class: "button button-plain button-small", "aria-label": "One event on", onclick: step(1) },
    "→",
  );
  const list = eventList(id, events);
  const told = h("div", { class: "moment" });
  const state = stateView();
  const controls = h("div", { class: "travel-controls" }, back, slider, on);
  const label = h("label", { for: "slider" }, "History");
  const bar = h(
    "div",
    { class: "part travel" },
    h("div", { class: "travel-head" }, label, where),
    controls,
    h("p", { class: "quiet" }, "Left and right go through the events, also on the keyboard. 0 is before the first."),
  );
  const box = h(
    "div",
    {},
    bar,
    h(
      "div",
      { class: "panes panes-history" },
      h("div", {}, told, state.box),
      h(
        "section",
        { class: "part events-part", "aria-labelledby": "events-title" },
        h("h2", { id: "events-title" }, "Events"),
        list.box,
      ),
    ),
  );
  async function go(to) {
    const at = Math.min(Math.max(0, Math.round(to)), way.version);
    way.seq = at;
    const event = events.find((one) => one.seq === at);
    say(at, event);
    history.replaceState(history.state, "", `/console/entities/${id}?seq=${at}`);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    if (way.seq !== at || signal.aborted) return;
    try {
      const [now, change] = await Promise.all([source.at(at), at > 0 ? source.change(at) : null]);
      if (way.seq !== at || signal.aborted) return;
      keepingFocus(told, () => told.replaceChildren(...moment(source, { id, kind, event, change, signal })));
      state.draw(now, change);
    } catch (error) {
      if (way.seq !== at || signal.aborted) return;
      told.replaceChildren(failure(error));
      state.clear();
    }
  }

  function say(at, event) {
    const name = event ? words(event.type) : "Before the first event";
    slider.max = way.version;
    slider.value = at;
    slider.setAttribute("aria-valuetext", `${at} of ${way.version}: ${name}`);
    where.replaceChildren(
      h("b", {}, `${at} of ${way.version}`),
      ` ${name}`,
      event ? h("span", { class: "quiet" }, exact(event.at, { fine: true })) : "",
    );
    back.disabled = at === 0;
    on.disabled = at === way.version;
    list.mark(at);
  }

  slider.addEventListener("input", () => go(slider.valueAsNumber));
  list.chosen(go);
  const keyed = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest?.(`${BUSY}, .slider, .table-frame, pre, .long`)) return;
    event.preventDefault();
    go(way.seq + by);
  };
  document.addEventListener("keydown", keyed, { signal });
  /** More has happened: whoever stood at the newest event goes along. */
  const grown = (newer, newest) => {
    const follow = way.seq === way.version;
    events.push(...newer);
    way.version = newest;
    list.fill();
    if (follow) go(newest);
    else
      say(
        way.seq,
        events.find((one) => one.seq === way.seq),
      );
  };
  return { box, go, grown };
}
