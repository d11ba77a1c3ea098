// Effects that cannot be delivered, and those that were given up.
import { h } from "../../kit/dom.js";
import { act, button, cause, entity, exact, head, json, keep } from "../parts.js";
import { paged } from "../paged.js";
import { troubleTabs } from "./pages.js";

const EVERY_MS = 3000;

export async function deadLetters({ main, signal }) {
  const about =
    "What an entity decided, and cannot be delivered; it holds back what follows on the " +
    "same way. Mend the cause, then retry. Discard only what has been done by hand: the " +
    "receiver will never apply it.";
  return letters(
    { main, signal },
    { title: "Dead letters", path: "/ops/v1/dead-letters", about, empty: "There is no dead letter.", decide: true },
  );
}

export async function discarded({ main, signal }) {
  const about = "What was given up is kept for the record.";
  return letters(
    { main, signal },
    {
      title: "Discarded letters",
      path: "/ops/v1/dead-letters/discarded",
      about,
      empty: "Nothing was ever discarded.",
      decide: false,
    },
  );
}

async function letters({ main, signal }, { title, path, about, empty, decide }) {
  const list = h("div", {});
  main.append(head(title), troubleTabs(), h("p", { class: "quiet" }, about), list);
  const source = paged(path);
  const draw = ({ items, more }) => {
    const shown =
      items.length > 0
        ? items.map((item) => letter(item, decide ? () => again() : null))
        : [h("p", { class: "fine" }, empty)];
    list.replaceChildren(...shown, ...source.further(more, () => again()));
  };
  const again = await keep(EVERY_MS, source.load, draw, { main, signal });
  return title;
}

function letter({ key, destination, effect, correlation, at, attempts, reason, dead_since: since }, again) {
  const [sender, seq] = key.split(".");
  const path = `/ops/v1/dead-letters/${encodeURIComponent(key)}`;
  const retry = async () => (await act("POST", `${path}/retry`, { said: "It is tried again at once." })) && again();
  const discard = async () => {
    const ask = {
      title: "Discard it?",
      text:
        `What ${sender} sent to ${destination} will never be applied, and the stream goes on. This is final. ` +
        "Look at what followed from the same cause before.",
      action: "Discard it",
    };
    if (await act("POST", `${path}/discard`, { said: "It was discarded.", ask })) again();
  };
  return h(
    "article",
    { class: "part case", "data-letter": key },
    h("h2", {}, entity(sender, Number(seq)), " to ", destination),
    h("p", { class: "last-error" }, h("code", {}, reason ?? "no reason is known")),
    h(
      "p",
      { class: "quiet" },
      "Decided ",
      exact(at),
      `, tried ${attempts} times`,
      since ? [", dead since ", exact(since)] : "",
      ". First cause ",
      cause(correlation),
    ),
    h("details", {}, h("summary", { "data-key": `effect-${key}` }, "What was to be delivered"), json(effect)),
    again
      ? h(
          "div",
          { class: "acts" },
          button("Retry", retry, { plain: false, key: `retry-${key}` }),
          button("Discard", discard, { bad: true, key: `discard-${key}` }),
        )
      : null,
  );
}
