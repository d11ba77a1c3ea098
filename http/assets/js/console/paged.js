// Lists that are read page by page, and again and again.
import { get } from "../kit/api.js";
import { button } from "./parts.js";

/**
 * A list at `path`: `load()` answers as many pages as were asked for, `further(more, again)` the button for one more.
 * What was asked for stays, also when the list is read again.
 */
export function paged(path, { parameter = "cursor", next = "next_cursor" } = {}) {
  const wanted = { pages: 1 };
  const joined = path.includes("?") ? "&" : "?";
  const load = async () => {
    const items = [];
    let after = null;
    for (let page = 0; page < wanted.pages; page += 1) {
      const read = await get(after ? `${path}${joined}${parameter}=${encodeURIComponent(after)}` : path);
      items.push(...read.items);
      after = read[next];
      if (!after) break;
    }
    return { items, more: Boolean(after) };
  };
  const further = (more, again) => {
    if (!more) return [];
    const press = () => {
      wanted.pages += 1;
      again();
    };
    return [button("Older", press, { key: "older" })];
  };
  return { load, further };
}
