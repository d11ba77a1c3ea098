// A person with an account: who they are, what they may do, and how that ends.
import { get, send } from "../../kit/api.js";
import { confirmed, dialog, h } from "../../kit/dom.js";
import { acting, field, form, input, select, tick, Wrong } from "../../kit/form.js";
import { badge, facts, moment, words } from "../../kit/show.js";
import { done, head, isAdmin, only, part, whoami } from "../frame.js";
import { away } from "../orders/acts.js";

const ROLES = [
  ["shopper", "Buys; everybody does"],
  ["support", "Looks after orders, reviews and stock"],
  ["ops", "Looks after the running shop"],
  ["admin", "May do everything"],
];
const ERASURE = [
  ["requested", "They asked for it"],
  ["child", "A child's account"],
  ["unlawful", "It should not have been kept"],
  ["ordered", "An authority ordered it"],
];

/** The page of a person. */
export async function show({ params, main }) {
  const path = `/admin/v1/users/${encodeURIComponent(params.id)}`;
  const [admin, me, person] = await Promise.all([isAdmin(), whoami(), get(path)]);
  main.append(
    ...head(person.name, {
      back: ["/office/people", "People"],
      state: person.deactivated_at ? badge("deactivated", "bad") : null,
      acts: admin ? acts(path, person, me.id === person.id) : [],
    }),
    admin ? "" : only("Only administrators change what people may do."),
    h("div", { class: "panes panes-even" }, about(person), roles(path, person, admin)),
  );
  return person.name;
}

function about(person) {
  return part(
    "Who it is",
    {},
    facts([
      [
        "E-mail",
        [
          person.email,
          " ",
          badge(person.email_verified ? "confirmed" : "not confirmed", person.email_verified ? "good" : "calm"),
        ],
      ],
      ["Since", moment(person.created_at)],
      ["Logged in", person.sessions === 1 ? "in 1 place" : `in ${person.sessions} places`],
      ["Deactivated", person.deactivated_at ? moment(person.deactivated_at) : null],
      ["Mail refused", person.mail_refused_at ? moment(person.mail_refused_at) : null],
      ["Id", h("code", {}, person.id)],
    ]),
  );
}

function roles(path, person, admin) {
  if (!admin)
    return part(
      "Roles",
      {},
      h(
        "p",
        { class: "badges" },
        person.roles.map((role) => badge(role)),
      ),
    );
  const act = async (values) => {
    const wanted = ROLES.map(([role]) => role).filter((role) => values[`role-${role}`] === "on");
    await send("PUT", `${path}/roles`, { roles: wanted });
    done("It counts at once.");
  };
  const choices = ROLES.map(([role, what]) =>
    tick(`role-${role}`, [words(role), h("span", { class: "quiet" }, ` – ${what}`)], person.roles.includes(role)),
  );
  return part(
    "Roles",
    {},
    form(
      { submit: "Save the roles" },
      act,
      h("fieldset", { class: "field" }, h("legend", { class: "visually-hidden" }, "Roles"), choices),
    ),
  );
}

function acts(path, person, self) {
  const off = async () => {
    if (
      !(await confirmed(
        `Deactivate ${person.name}?`,
        "Every login and key of theirs ends at once. It can be undone, but they have to log in again.",
        "Deactivate",
      ))
    )
      return;
    await send("POST", `${path}/deactivate`);
    done("Deactivated.");
  };
  const on = async () => {
    await send("POST", `${path}/reactivate`);
    done("They can log in again.");
  };
  const erase = h(
    "button",
    { type: "button", class: "button button-small button-plain", onclick: () => forget(path, person) },
    "Erase …",
  );
  if (self) return [];
  return [person.deactivated_at ? acting("Reactivate", on) : acting("Deactivate …", off), erase];
}

function forget(path, person) {
  return dialog(`Erase ${person.name}?`, (close) =>
    form(
      { submit: "Erase for good", tone: "bad", also: away(close) },
      async ({ email, reason }) => {
        if (email !== person.email) throw new Wrong({ email: "That is another address." });
        await send("POST", `${path}/erase`, { reason });
        close("yes");
        done("Erased. What is kept by law says nothing about them any more.");
      },
      h(
        "p",
        {},
        "Whatever says something about this person becomes unreadable, everywhere and for good. Nobody can bring it back.",
      ),
      field("Why", select("reason", ERASURE)),
      field("Type the e-mail address to go on", input("email", "", { type: "email", required: true }), {
        hint: person.email,
      }),
    ),
  );
}
