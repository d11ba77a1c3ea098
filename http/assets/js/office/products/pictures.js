// The pictures of a product: uploaded at once, put in order, described, then saved together.
import { send } from "../../kit/api.js";
import { h, toast } from "../../kit/dom.js";
import { acting, complain, field, input } from "../../kit/form.js";
import { part } from "../frame.js";
import { change } from "./product.js";

/** The part with all pictures. */
export function pictures(shelf) {
  const { product, admin } = shelf;
  if (!admin || product.status === "archived") return part("Pictures", {}, still(product.media));
  let shown = product.media.map((picture) => ({ ...picture }));
  const list = h("ol", { class: "pictures" });
  const draw = () => {
    list.replaceChildren(...shown.map((picture, at) => row(picture, at, shown.length, move)));
    empty.hidden = shown.length > 0;
  };
  const empty = h("p", { class: "quiet" }, "No picture yet. The first one stands in lists.");
  const move = (at, by) => {
    const [picture] = shown.splice(at, 1);
    if (by !== null) shown.splice(at + by, 0, picture);
    draw();
    const next = by === null ? upload : list.children[at + by]?.querySelector("button:not([disabled])");
    next?.focus();
  };
  const take = async ({ target }) => {
    for (const file of target.files) {
      try {
        shown = [...shown, await uploaded(file)];
        draw();
        toast("Uploaded. Describe it, then save the pictures.");
      } catch (error) {
        complain(error);
      }
    }
    target.value = "";
  };
  const upload = h("input", {
    type: "file",
    accept: "image/jpeg,image/png,image/webp",
    multiple: true,
    onchange: take,
  });
  const save = () => {
    const media = shown.map(({ blob, alt, width, height }) => ({ blob, alt: alt.trim(), width, height }));
    return change(shelf, "PUT", "/media", { media }, "The pictures are saved.");
  };
  draw();
  return part(
    "Pictures",
    {},
    empty,
    list,
    field("Upload", upload, { hint: "JPEG, PNG or WebP." }),
    acting("Save the pictures", save, { tone: "" }),
  );
}

async function uploaded(file) {
  const body = new FormData();
  body.append("file", file);
  const kept = await send("POST", "/admin/v1/media", body);
  return { blob: kept.sha256, alt: "", url: kept.url, width: kept.width, height: kept.height };
}

function row(picture, at, count, move) {
  const button = (label, text, by, off = false) =>
    h(
      "button",
      {
        type: "button",
        class: "button button-small button-plain",
        "aria-label": `${label} picture ${at + 1}`,
        disabled: off,
        onclick: () => move(at, by),
      },
      text,
    );
  const alt = input(`alt-${at}`, picture.alt, {
    maxlength: "200",
    oninput: ({ target }) => {
      picture.alt = target.value;
    },
  });
  return h(
    "li",
    { class: "picture" },
    h("img", { src: picture.url, alt: picture.alt, width: "96", height: "96" }),
    h(
      "div",
      {},
      field("What it shows", alt),
      h(
        "div",
        { class: "view-act" },
        button("Move up", "↑", -1, at === 0),
        button("Move down", "↓", 1, at === count - 1),
        button("Remove", "Remove", null),
      ),
    ),
  );
}

function still(media) {
  if (media.length === 0) return h("p", { class: "quiet" }, "No picture.");
  return h(
    "ol",
    { class: "pictures" },
    media.map(({ url, alt }) =>
      h("li", { class: "picture" }, h("img", { src: url, alt, width: "96", height: "96" }), h("p", {}, alt)),
    ),
  );
}
