// How a tree is walked with the keyboard, as the ARIA authoring practices have it.

/** Listens on a `role=tree`; `toggle(item, open)` opens or closes, `pick(item, moved)` chooses. */
export function keys(list, { toggle, pick }) {
  list.addEventListener("keydown", (event) => {
    const at = event.target.closest("[role=treeitem]");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = target(list, at, event.key, toggle);
    if (to === null) return;
    event.preventDefault();
    if (event.key === "Enter" || event.key === " ") return pick(at, event.key === "Enter");
    if (to === at) return;
    pick(to, false);
    to.focus();
  });
}

/** Where a key leads; the item itself when it only opens or closes, `null` when the key means nothing. */
function target(list, at, key, toggle) {
  const shown = [...list.querySelectorAll("[role=treeitem]")].filter(
    (item) => !item.closest("[aria-expanded=false] + [role=group]"),
  );
  const place = shown.indexOf(at);
  const expanded = at.getAttribute("aria-expanded");
  switch (key) {
    case "ArrowDown":
      return shown[place + 1] ?? at;
    case "ArrowUp":
      return shown[place - 1] ?? at;
    case "Home":
      return shown[0];
    case "End":
      return shown.at(-1);
    case "ArrowRight":
      if (expanded === "true") return shown[place + 1] ?? at;
      toggle(at, true);
      return at;
    case "ArrowLeft":
      if (expanded !== "true") return at.closest("[role=group]")?.previousElementSibling ?? at;
      toggle(at, false);
      return at;
    case "Enter":
    case " ":
      return at;
    default:
      return null;
  }
}
