// What operators do.

/** Adds the tests of the ops console. */
export function opsConsole(test) {}
