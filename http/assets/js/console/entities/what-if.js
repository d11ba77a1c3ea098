// What today's code would do with a command that was given, or that an operator writes. Nothing of it is stored.
import { send } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { badge } from "../../kit/show.js";
import { button, json } from "../parts.js";

const ADVICE = {
  accepted: "Today it would be accepted: retry it.",
  refused: "Today it would be refused: dismiss it.",
};
const OUTCOMES = { accepted: "good", refused: "calm", crashed: "bad" };

/** The command behind an event. `tell(answer)` gets what is known of it, `lost()` is called when it is not kept. */
export function whatIf(source, { command, tell, lost, signal }) {
  const body = h("div", {}, h("p", { class: "quiet" }, "…"));
  const box = h(
    "details",
    { class: "what-if" },
    h("summary", { "data-key": "what-if" }, "The command, and what today's code would do"),
    body,
  );
  ask(source, { command_id: command }).then(
    (answer) => {
      if (signal.aborted) return;
      tell(answer);
      body.replaceChildren(...said(answer), another(source, answer));
    },
    (error) => {
      if (signal.aborted) return;
      lost();
      body.replaceChildren(h("p", { class: "quiet" }, `The command cannot be shown: ${error.message}`));
    },
  );
  return box;
}

function ask(source, question) {
  return send("POST", `${source.base}/what-if`, question);
}

/** An answer of the API as parts of a page; `crashed` when the command crashed its entity then and waits for a person. */
export function said(answer, { crashed = false } = {}) {
  const [name, outcome] = Object.entries(answer.outcome)[0] ?? ["unknown", null];
  return [
    h("p", {}, badge(name, OUTCOMES[name]), ` on the state after ${answer.on_version} events`),
    crashed ? advice(name) : compared(answer.same_as_stored),
    h("h3", {}, "Command"),
    json(answer.command),
    h("h3", {}, "What would come of it"),
    json(outcome),
  ].filter(Boolean);
}

function advice(outcome) {
  const todo = ADVICE[outcome];
  return todo ? h("p", { class: "notice notice-calm" }, `It crashed then. ${todo}`) : null;
}

/** Whether today's code decides as it did; nothing where nothing was decided. */
function compared(same) {
  if (same === null || same === undefined) return null;
  return same
    ? h("p", { class: "quiet" }, "Today's code decides what was decided then.")
    : h("p", { class: "notice notice-bad" }, "Today's code decides otherwise than was decided then.");
}

/** Another command, to be tried on this state or a later one. */
function another(source, answer) {
  const text = h("textarea", { id: "try-command", rows: 6, spellcheck: "false", "aria-describedby": "try-fault" });
  text.value = JSON.stringify(answer.command, null, 2);
  const fault = h("p", { class: "field-error", id: "try-fault", role: "alert" });
  const result = h("div", { "aria-live": "polite" });
  const attempt = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    result.replaceChildren();
    try {
      const command = JSON.parse(text.value);
      result.replaceChildren(...said(await ask(source, { command, at: answer.on_version })));
    } catch (error) {
      fault.textContent = error instanceof SyntaxError ? `This is no JSON: ${error.message}` : error.message;
      text.focus();
    }
  };
  const form = h(
    "form",
    { class: "try", onsubmit: attempt },
    h("div", { class: "field" }, h("label", { for: "try-command" }, "Another command, on the same state"), text, fault),
    h("button", { class: "button button-small" }, "What if?"),
    result,
  );
  const offer = button("Try another command", () => offer.replaceWith(form), { key: "try" });
  return offer;
}
