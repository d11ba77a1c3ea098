// "Break something": only in builds with fault points, for those who want to see that one part's failure stays its own.
import { get } from "../kit/api.js";
import { h, toast } from "../kit/dom.js";
import { act, button, clock } from "./parts.js";
import { faultForm } from "./breaking.js";

const FAULTS = "/ops/v1/faults";
const PROBE_MS = 1000;

/** Whether this build has fault points: others have nothing at that address, and this one serves no reading there. */
export async function canBreak() {
  const answer = await fetch(FAULTS, { headers: { Accept: "application/json" } });
  return answer.status === 405;
}

/** The panel, or nothing in a build without fault points. `root()` is the newest tree. */
export async function faultsPanel({ root, signal }) {
  if (!(await canBreak())) return null;
  const domains = (await get("/ops/v1/limits")).domains;
  const shop = probe(signal);
  return h(
    "section",
    { class: "part break", "aria-labelledby": "break-title" },
    h("h2", { id: "break-title" }, "Break something"),
    h("p", {}, "Whatever you break here, the shop should go on answering, and what broke should come back by itself."),
    shop.box,
    h("div", { class: "break-ways" }, panic(Object.keys(domains), shop), killing(root, shop)),
  );
}

function panic(domains, shop) {
  const armed = async (body) => {
    const done = await act("POST", FAULTS, { body, said: "Armed. It fires at the next command." });
    if (done) shop.begin(`a panic was armed in ${body.id ?? body.kind}`);
    return done;
  };
  return h(
    "div",
    {},
    h("h3", {}, "A panic in an entity"),
    h(
      "p",
      { class: "quiet" },
      "The next command crashes the entity that it is for. Twice for the same command: it " +
        "goes into quarantine. Put something into the bag to give a cart a command.",
    ),
    faultForm(domains, armed),
  );
}

/** A part of the tree, killed without asking twice: it is what one came for. */
function killing(root, shop) {
  const parts = [];
  for (const group of root().children) {
    for (const child of group.children) parts.push(`${group.name}/${child.name}`);
  }
  const choice = h(
    "select",
    { id: "break-part" },
    parts.map((path) => h("option", { value: path, selected: path === "shop/cart" }, path)),
  );
  const kill = async () => {
    const path = choice.value;
    if (await act("POST", "/ops/v1/tree/kill", { body: { path } })) {
      shop.begin(`${path} was killed`);
      toast(`${path} was killed. Watch it come back.`);
    }
  };
  return h(
    "div",
    {},
    h("h3", {}, "A crash of a whole part"),
    h("p", { class: "quiet" }, "It ends at once with everything in it; its supervisor starts it again."),
    h(
      "div",
      { class: "filters" },
      h("label", {}, "Part", choice),
      button("Crash it", kill, { bad: true, key: "crash" }),
    ),
  );
}

/** Asks the shop for its catalogue every second, as a shopper would, and says what came of it since something broke. */
function probe(signal) {
  const since = { text: "this page was opened", at: new Date(), asked: 0, answered: 0, slowest: 0 };
  const box = h("p", { class: "probe", "data-probe": "" });
  const say = () => {
    const well = since.answered === since.asked;
    box.className = well ? "probe probe-good" : "probe probe-bad";
    const failed = well ? "" : `; ${since.asked - since.answered} failed`;
    const told = `The shop answered ${since.answered} of ${since.asked} times since ${since.text}`;
    box.textContent = `${told} at ${clock(since.at)}${failed}. Slowest: ${since.slowest} ms.`;
  };
  const round = async () => {
    if (signal.aborted) return;
    const begun = performance.now();
    const answer = await fetch("/v1/products?limit=1", { cache: "no-store", signal: AbortSignal.timeout(5000) }).catch(
      () => null,
    );
    since.asked += 1;
    since.answered += answer?.ok ? 1 : 0;
    since.slowest = Math.max(since.slowest, Math.round(performance.now() - begun));
    say();
    setTimeout(round, PROBE_MS);
  };
  round();
  return { box, begin: (text) => Object.assign(since, { text, at: new Date(), asked: 0, answered: 0, slowest: 0 }) };
}
