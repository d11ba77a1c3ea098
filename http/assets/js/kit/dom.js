// Elements as plain calls. What is text stays text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";
const TOAST_MS = 8000;

/**
 * An element: `h("a", { href: "/", class: "link" }, "Home")`. Attributes named `on…` are listeners, `true` sets an empty
 * attribute, `false`, `null` and `undefined` leave it out. Children are elements, texts, numbers or lists of them.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a part of a drawing. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Says something in passing; `bad` things interrupt a screen reader. */
export function toast(text, { bad = false, link = null } = {}) {
  const box = document.querySelector("[data-toast]");
  const shown = h("span", { role: bad ? "alert" : null }, text);
  box.replaceChildren(shown, ...(link ? [h("a", { href: link[0] }, link[1])] : []));
  setTimeout(function close() {
    if (!shown.isConnected) return;
    if (box.matches(":hover, :focus-within")) setTimeout(close, TOAST_MS);
    else box.replaceChildren();
  }, TOAST_MS);
}

/** A dialog around content; answers when it closes, with the value that it was closed with. */
export function dialog(title, content) {
  return new Promise((resolve) => {
    const box = h(
      "dialog",
      { class: "dialog", "aria-label": title },
      h("h2", {}, title),
      typeof content === "function" ? content((value) => box.close(value)) : content,
    );
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue);
    });
    document.body.append(box);
    box.showModal();
  });
}

/** Asks before something that cannot be undone; answers whether it shall be done. */
export async function confirmed(title, text, action) {
  const answer = await dialog(title, (close) => [
    h("p", {}, text),
    h(
      "div",
      { class: "dialog-act" },
      h("button", { type: "button", class: "button button-plain button-small", onclick: () => close("") }, "Cancel"),
      h("button", { type: "button", class: "button button-small button-bad", onclick: () => close("yes") }, action),
    ),
  ]);
  return answer === "yes";
}
