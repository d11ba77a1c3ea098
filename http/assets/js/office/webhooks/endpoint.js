// An endpoint: its state, and each message with what became of it.
import { get, send } from "../../kit/api.js";
import { confirmed, h } from "../../kit/dom.js";
import { acting } from "../../kit/form.js";
import { badge, facts, moment, table, words } from "../../kit/show.js";
import { go } from "../../kit/view.js";
import { done, head, part, tone } from "../frame.js";
import { secretShown } from "./secret.js";

/** The page of an endpoint. */
export async function show({ params, main }) {
  const path = `/admin/v1/webhook-endpoints/${encodeURIComponent(params.id)}`;
  const [endpoint, { items }] = await Promise.all([get(path), get(`${path}/deliveries`)]);
  const state = endpoint.enabled ? "enabled" : "disabled";
  main.append(
    ...head(new URL(endpoint.url).host, {
      back: ["/office/webhooks", "Webhooks"],
      state: badge(state, tone(state)),
      acts: acts(path, endpoint),
    }),
    part(
      "About it",
      {},
      facts([
        ["Address", h("span", { class: "breaks" }, endpoint.url)],
        ["Told", endpoint.events.join(", ")],
        ["Waiting", String(endpoint.pending)],
        ["Off because", endpoint.disabled_for ? words(endpoint.disabled_for) : null],
        ["Failing since", endpoint.failing_since ? moment(endpoint.failing_since) : null],
        ["Old secret until", endpoint.old_secret_until ? moment(endpoint.old_secret_until) : null],
        ["Made", moment(endpoint.created_at)],
      ]),
    ),
    part("Messages", {}, messages(path, items)),
  );
  return "Webhook";
}

function acts(path, { enabled }) {
  const turn = async () => {
    await send("POST", `${path}/${enabled ? "disable" : "enable"}`);
    done(enabled ? "Nothing is sent there any more." : "It is told again.");
  };
  const test = async () => {
    await send("POST", `${path}/test`);
    done("A test message is on its way.");
  };
  const rotate = async () => {
    if (
      !(await confirmed("Replace the secret?", "For 24 hours messages are signed with the old one too.", "Replace it"))
    )
      return;
    const { secret } = await send("POST", `${path}/rotate-secret`);
    await secretShown(secret);
    done("The secret is replaced.");
  };
  const remove = async () => {
    if (!(await confirmed("Delete the endpoint?", "All that waits for it is gone too.", "Delete it"))) return;
    await send("DELETE", path);
    go("/office/webhooks");
  };
  return [
    acting("Send a test", test),
    acting(enabled ? "Disable" : "Enable", turn),
    acting("Replace the secret …", rotate),
    acting("Delete …", remove),
  ];
}

function messages(path, items) {
  const again = async ({ id }) => {
    await send("POST", `${path}/deliveries/${id}/replay`);
    done("It is sent once more.");
  };
  const columns = [
    { title: "Message", cell: ({ id, type }) => [h("strong", {}, type), h("div", { class: "code" }, id)] },
    { title: "When", cell: ({ created_at: at }) => moment(at) },
    {
      title: "State",
      cell: ({ status, next_at: next }) => [
        badge(status, tone(status)),
        next ? h("div", { class: "quiet" }, "next ", moment(next)) : null,
      ],
    },
    { title: "Attempts", cell: ({ attempts }) => attempts.map(attempt) },
    {
      title: "What",
      cell: ({ payload }) =>
        h("details", {}, h("summary", {}, "Look"), h("pre", { tabindex: "0" }, JSON.stringify(payload, null, 2))),
    },
    {
      title: "",
      cell: (one) => acting("Again", () => again(one), { attributes: { "aria-label": `Send ${one.id} again` } }),
    },
  ];
  return table("Messages", columns, items, { empty: "Nothing was sent yet." });
}

function attempt({ at, status, latency_ms: took, excerpt }) {
  return h(
    "div",
    { class: "attempt" },
    moment(at),
    `: ${status ?? "no answer"} after ${took} ms`,
    excerpt ? h("div", { class: "quiet" }, excerpt) : null,
  );
}
