// The pages of "Trouble".
import { button, tabs } from "../parts.js";

export function troubleTabs() {
  return tabs("Trouble", [
    ["/console/trouble", "Quarantine"],
    ["/console/trouble/dead-letters", "Dead letters"],
    ["/console/trouble/discarded", "Discarded"],
    ["/console/trouble/outbox", "Outbox"],
  ]);
}

/** The newest page of a list, and a button for more: what was asked for stays, also when the list is read again. */
export function paged(path, get) {
  const wanted = { pages: 1 };
  const load = async () => {
    const items = [];
    let cursor = null;
    for (let page = 0; page < wanted.pages; page += 1) {
      const joined = path.includes("?") ? "&" : "?";
      const read = await get(cursor ? `${path}${joined}cursor=${encodeURIComponent(cursor)}` : path);
      items.push(...read.items);
      cursor = read.next_cursor;
      if (!cursor) break;
    }
    return { items, more: Boolean(cursor) };
  };
  const further = (more, again) => {
    if (!more) return [];
    const next = () => {
      wanted.pages += 1;
      again();
    };
    return [button("More", next, { key: "more" })];
  };
  return { load, further };
}
