// Steps that tests of the console have in common.

export const OWNER = { email: "owner@example.com", password: "an owner's long password" };

/** Logs the owner in, on the way to a page of the console. */
export async function logIn(page, base, to = "/console") {
  await page.goto(`${base}/login?next=${encodeURIComponent(to)}`);
  await page.locator("main input[name=email]").fill(OWNER.email);
  await page.locator("main input[name=password]").fill(OWNER.password);
  await page.locator("form[action^='/login'] button[type=submit]").click();
  await page.waitForURL((url) => url.pathname === to.split("?")[0]);
  await page.locator("main h1").waitFor();
}

/** Confirms what a dialog asks, and shows the password if it asks for that as well. */
export async function confirm(page, action) {
  await page.locator("dialog").getByRole("button", { name: action }).click();
  await password(page);
}

/** Shows the password if it is asked for before the page says what came of it, in `done`. */
export async function password(page, done = page.locator("[data-toast] span")) {
  const asked = page.locator("#step-up");
  await asked.or(done).first().waitFor();
  if (!(await asked.isVisible())) return;
  await asked.fill(OWNER.password);
  await page.locator("dialog").getByRole("button", { name: "Confirm" }).click();
}

/** A guest with a browser of their own; `use` gets the page. */
export async function asGuest(page, use) {
  const context = await page.context().browser().newContext({ reducedMotion: "reduce" });
  context.setDefaultTimeout(20_000);
  try {
    return await use(await context.newPage(), context.request);
  } finally {
    await context.close();
  }
}

export const key = () => `browser-test-${crypto.randomUUID()}`;
