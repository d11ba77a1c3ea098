// The parcels of an order.
import { h } from "../../kit/dom.js";
import { acting } from "../../kit/form.js";
import { badge, moment } from "../../kit/show.js";
import { part, tone } from "../frame.js";
import { ship, wish } from "./acts.js";
import { listed } from "./pieces.js";

/** The part with all parcels. */
export function parcels(desk) {
  const { shipments } = desk.order;
  if (shipments.length === 0) return part("Parcels", {}, h("p", { class: "quiet" }, "Nothing is packed yet."));
  return part(
    "Parcels",
    {},
    h(
      "ol",
      { class: "cards" },
      shipments.map((parcel, at) => h("li", { class: "card-row" }, card(desk, parcel, at + 1))),
    ),
  );
}

function card(desk, parcel, number) {
  const { id, state, lines, tracking } = parcel;
  return [
    h(
      "div",
      {},
      h("h3", {}, `Parcel ${number} `, badge(state, tone(state))),
      listed(lines, desk.titles),
      tracking ? h("p", { class: "quiet" }, followed(tracking)) : null,
      h(
        "p",
        { class: "quiet" },
        "Packed ",
        moment(parcel.packed_at),
        parcel.shipped_at ? [", sent ", moment(parcel.shipped_at)] : null,
        parcel.delivered_at ? [", delivered ", moment(parcel.delivered_at)] : null,
      ),
    ),
    h(
      "div",
      { class: "view-act" },
      state === "packed"
        ? h(
            "button",
            { type: "button", class: "button button-small", onclick: () => ship(desk, { shipment_id: id }) },
            "Send",
          )
        : null,
      state === "packed" ? acting("Unpack", () => wish(desk, "unpack", { shipment_id: id }, "Unpacked.")) : null,
      state === "shipped"
        ? acting("It has arrived", () => wish(desk, "deliver", { shipment_id: id }, "Delivered."))
        : null,
    ),
  ];
}

/** Only web addresses become links: whatever else was typed stays text. */
function followed({ carrier, number, url }) {
  const said = `${carrier} ${number}`;
  return /^https?:\/\//.test(url ?? "")
    ? h("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, said)
    : said;
}
