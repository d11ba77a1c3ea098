// A secret is shown once: the shop does not tell it again.
import { dialog, h, toast } from "../../kit/dom.js";

/** Shows a secret until it is put away. */
export function secretShown(secret) {
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    toast("Copied.");
  };
  return dialog("The secret, shown once", (close) => [
    h("p", {}, "Messages are signed with it. Keep it where the receiving program finds it; nobody can see it again."),
    h("p", {}, h("code", { class: "secret", tabindex: "0" }, secret)),
    h(
      "div",
      { class: "dialog-act" },
      navigator.clipboard
        ? h("button", { type: "button", class: "button button-plain button-small", onclick: copy }, "Copy")
        : null,
      h("button", { type: "button", class: "button button-small", onclick: () => close("yes") }, "I have kept it"),
    ),
  ]);
}
