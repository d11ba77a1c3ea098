// Parts of the world, as they are typed.
import { Wrong } from "../../kit/form.js";

/** A part of the world in few letters. */
export function place({ country, subdivision, postal_prefix: prefix }) {
  if (!country) return "everywhere";
  return [country, subdivision, prefix ? `${prefix}…` : null].filter(Boolean).join("-");
}

/** Reads what `place` writes; nothing for an empty line. */
export function areaTyped(line, name = "areas") {
  const text = line.trim();
  if (text === "" || text === "everywhere") return text ? {} : null;
  const [, country, subdivision, prefix] = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?(?:-(\S+)…)?$/i.exec(text) ?? [];
  if (!country) throw new Wrong({ [name]: `“${text}” is no country or part of one.` });
  return {
    country: country.toUpperCase(),
    ...(subdivision ? { subdivision: subdivision.toUpperCase() } : {}),
    ...(prefix ? { postal_prefix: prefix } : {}),
  };
}
