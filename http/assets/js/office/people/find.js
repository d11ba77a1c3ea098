// Finding somebody: by the whole e-mail address, as nobody should be found by half of it.
import { get } from "../../kit/api.js";
import { h } from "../../kit/dom.js";
import { input } from "../../kit/form.js";
import { filters } from "../../kit/list.js";
import { badge, moment, table, words } from "../../kit/show.js";
import { head } from "../frame.js";

const PATH = "/office/people";

/** The page for finding people. */
export async function show({ query, main }) {
  const email = query.get("email")?.trim() ?? "";
  main.append(
    ...head("People"),
    filters(PATH, [["E-mail, in full", input("email", email, { type: "email", required: true })]], { label: "Find" }),
    email ? await found(email) : h("p", { class: "quiet" }, "Type the whole address: parts of it find nobody."),
  );
  return "People";
}

async function found(email) {
  const { items } = await get(`/admin/v1/users?email=${encodeURIComponent(email)}`);
  const columns = [
    { title: "Name", cell: ({ id, name }) => h("a", { href: `${PATH}/${id}`, class: "strong" }, name) },
    { title: "E-mail", cell: ({ email: whole }) => whole },
    {
      title: "Roles",
      cell: ({ roles }) =>
        h(
          "span",
          { class: "badges" },
          roles.map((role) => badge(role)),
        ),
    },
    { title: "Since", cell: ({ created_at: at }) => moment(at) },
    { title: "", cell: ({ deactivated_at: at }) => (at ? badge("deactivated", "bad") : words("")) },
  ];
  return table("People", columns, items, {
    empty: "Nobody has an account with this address; orders of guests have none.",
  });
}
