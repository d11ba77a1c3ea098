// The bag: adding without leaving the page, changing without losing one's place.
import { fill, openDrawer } from "./drawer.js";
import { freshKey, pageOf, send } from "./forms.js";
import { toast } from "./kit/dom.js";

const TYPING_MS = 500;
/** The timers of forms in which somebody types. */
const typing = new Map();
/** Changes of the bag that are on their way. */
let turn = Promise.resolve();

export function start() {
  for (const form of document.querySelectorAll("form[data-add]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      add(form);
    });
  }
  wireBag(document);
}

async function add(form) {
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    const response = await send(form, "application/json");
    const answer = await response.json();
    if (response.ok) {
      showCount(answer.count, answer.label);
      if (!(await openDrawer(answer.message, wireBag))) toast(answer.message, { link: ["/cart", "View bag"] });
    } else {
      toast(answer.detail ?? answer.title, { bad: true });
    }
    // The answer is known, whatever it is: the next click is a new wish.
    if (response.status < 500) form.elements.key.value = freshKey();
  } catch {
    toast("The shop could not be reached. Try again: nothing is added twice.", { bad: true });
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function showCount(count, label) {
  const bag = document.querySelector("[data-bag]");
  const badge = bag.querySelector(".bag-count");
  badge.textContent = count;
  badge.hidden = count === 0;
  bag.setAttribute("aria-label", label);
  badge.classList.remove("bag-bump");
  void badge.offsetWidth; // restarts the animation
  badge.classList.add("bag-bump");
}

/** Changing a quantity or removing a line replaces the page's content by the answer's. */
function wireBag(within) {
  for (const form of formsIn(within)) {
    const home = form.closest("[data-drawer]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      enqueue(form, home);
    });
    form.addEventListener("change", () => soon(form, home));
  }
}

function formsIn(within) {
  return [...within.querySelectorAll("form[data-swap]")];
}

/** Sends a form when nothing was typed for a while. Another answer may have replaced it by then: it is sent all the same. */
function soon(form, home) {
  clearTimeout(typing.get(form));
  const rest = () => {
    typing.delete(form);
    if (form.reportValidity()) enqueue(form, home);
  };
  typing.set(form, setTimeout(rest, TYPING_MS));
}

/** One after the other: each answer shows the whole bag, so the last one must be the newest. */
function enqueue(form, home) {
  clearTimeout(typing.get(form));
  typing.delete(form);
  if (form.dataset.waits) return;
  form.dataset.waits = "yes";
  turn = turn.then(() => swap(form, home));
}

async function swap(form, home) {
  const answer = send(form, "text/html");
  // What is typed from now on is another wish.
  delete form.dataset.waits;
  if (form.elements.quantity) form.elements.quantity.defaultValue = form.elements.quantity.value;
  try {
    const page = await pageOf(await answer);
    const content = page.querySelector("main");
    const bag = page.querySelector("[data-bag]");
    if (!content || !bag) throw new Error("not a page of the shop");
    const focused = document.activeElement?.id;
    const shown = home ?? document.querySelector("main");
    const before = formsIn(shown);
    if (home) fill(home, content);
    else shown.replaceWith(document.adoptNode(content));
    showCount(Number(bag.querySelector(".bag-count").textContent), bag.getAttribute("aria-label"));
    (document.getElementById(focused) ?? home?.querySelector("h2") ?? content).focus({ preventScroll: true });
    wireBag(home ?? content);
    carry(before, formsIn(home ?? content), home);
  } catch {
    toast("The shop could not be reached. Try again: nothing is changed twice.", { bad: true });
  }
}

/** What was typed meanwhile stays typed, and is sent. */
function carry(before, fresh, home) {
  for (const old of before) {
    const form = fresh.find(({ action }) => action === old.action);
    const [typed, shown] = [old.elements.quantity, form?.elements.quantity];
    if (!typed || !shown || typed.value === typed.defaultValue) continue;
    shown.value = typed.value;
    // One that is under way is not a wish of its own.
    if (old.dataset.waits || typing.has(old)) shown.defaultValue = typed.value;
    else soon(form, home);
  }
}
