// Texts that name entities, with the names as links.
import { entity } from "../parts.js";

const NAME = /([a-z]+_[0-9a-f]{32})/;

/** The parts of a text that a machine wrote. */
export function linked(text) {
  return text.split(NAME).map((part) => (NAME.test(part) ? entity(part) : part));
}
