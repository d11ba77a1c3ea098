// "Show more" appends the next page instead of opening it. Without this module it is an ordinary link.
import { pageAt } from "./forms.js";

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    append(link);
  });
}

async function append(link) {
  if (link.getAttribute("aria-disabled") === "true") return;
  link.setAttribute("aria-disabled", "true");
  try {
    const page = await pageAt(link.href);
    const cards = [...page.querySelectorAll("[data-grid] > li")].map((card) => document.adoptNode(card));
    document.querySelector("[data-grid]").append(...cards);
    cards[0]?.querySelector("a")?.focus({ preventScroll: true });
    const next = page.querySelector("a[data-more]");
    if (next) {
      link.href = next.href;
      link.removeAttribute("aria-disabled");
    } else {
      link.parentElement.remove();
    }
  } catch {
    location.assign(link.href);
  }
}
