// The order page moves live: a socket says that the order changed, the server renders the part that shows it.

import { freshKey, pageAt } from "./forms.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20000;
let failures = 0;

export function start() {
  connect();
}

function progress() {
  return document.getElementById("progress");
}

function moving() {
  return "moving" in (progress()?.dataset ?? {});
}

/** Opens the socket; a ticket is good for one connection. */
async function connect() {
  const id = progress().dataset.order;
  try {
    const headers = { Accept: "application/json", "Idempotency-Key": freshKey() };
    const response = await fetch("/v1/realtime/ticket", { method: "POST", headers });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { ticket } = await response.json();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/v1/realtime?ticket=${encodeURIComponent(ticket)}`);
    socket.addEventListener("message", (event) => hear(socket, id, JSON.parse(event.data)));
    socket.addEventListener("close", () => again());
  } catch {
    again();
  }
}

function hear(socket, id, message) {
  if (message.type === "hello") {
    socket.send(JSON.stringify({ type: "subscribe", topic: `order:${id}` }));
  } else if (message.type === "event") {
    failures = 0;
    note("Live: this page moves by itself.");
    if (message.data.version > Number(progress().dataset.version)) {
      refresh(id).then(() => moving() || socket.close(), () => socket.close());
    }
  } else if (message.type === "error") {
    socket.close();
  }
}

/** Waits longer after every failure, and never in step with other pages. */
function again() {
  if (!moving()) return;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  failures += 1;
  if (failures > 1) note("Connecting again …");
  setTimeout(async () => {
    await refresh(progress().dataset.order).catch(() => {});
    if (moving()) connect();
  }, longest / 2 + (Math.random() * longest) / 2);
}

/** Shows the order as it is now. Two answers may overtake each other: the older one is dropped. */
async function refresh(id) {
  const fresh = (await pageAt(`/orders/${id}/progress`)).getElementById("progress");
  const shown = progress();
  if (!fresh || Number(fresh.dataset.version) <= Number(shown.dataset.version)) return;
  const before = shown.querySelectorAll(".step-done").length;
  const focused = shown.contains(document.activeElement);
  const said = shown.querySelector("[data-live-note]")?.textContent;
  shown.replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new Event("order-moved"));
  [...fresh.querySelectorAll(".step-done")].slice(before).forEach((step) => step.classList.add("step-new"));
  if (said) note(said);
  const headline = fresh.querySelector("h1");
  if (focused) headline.focus({ preventScroll: true });
  document.querySelector("[data-live]").textContent = headline.textContent;
  document.title = document.title.replace(/^[^·]*/, `${headline.textContent} `);
}

function note(text) {
  const place = document.querySelector("[data-live-note]");
  if (place && place.textContent !== text) place.textContent = text;
}
