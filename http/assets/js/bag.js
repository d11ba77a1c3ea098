// The bag: adding without leaving the page, changing without losing one's place.
import { fill, openDrawer } from "./drawer.js";
import { freshKey, pageOf, send } from "./forms.js";
import { toast } from "./kit/dom.js";

const TYPING_MS = 500;

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
  for (const form of within.querySelectorAll("form[data-swap]")) {
    let typing = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(typing);
      swap(form);
    });
    form.addEventListener("change", () => {
      clearTimeout(typing);
      typing = setTimeout(() => form.requestSubmit(), TYPING_MS);
    });
  }
}

async function swap(form) {
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  try {
    const page = await pageOf(await send(form, "text/html"));
    const content = page.querySelector("main");
    const bag = page.querySelector("[data-bag]");
    if (!content || !bag) throw new Error("not a page of the shop");
    const focused = document.activeElement?.id;
    const drawer = form.closest("[data-drawer]");
    if (drawer) fill(drawer, content);
    else document.querySelector("main").replaceWith(document.adoptNode(content));
    showCount(Number(bag.querySelector(".bag-count").textContent), bag.getAttribute("aria-label"));
    (document.getElementById(focused) ?? drawer?.querySelector("h2") ?? content).focus({ preventScroll: true });
    wireBag(drawer ?? content);
  } catch {
    delete form.dataset.sent;
    toast("The shop could not be reached. Try again: nothing is changed twice.", { bad: true });
  }
}
