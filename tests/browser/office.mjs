// What people of the back office do.

/** Adds the tests of the back office. */
export function office(test) {}
