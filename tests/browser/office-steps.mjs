// Steps that tests of the back office have in common.
import { buy, owner, person } from "./api.mjs";
import { checkPage } from "./steps.mjs";

/** What logging in gave, by shop and person: the shop lets nobody log in all the time. */
const known = new Map();
let made = 0;

/** The owner, through the API. */
export function theOwner(base) {
  const key = `${base} owner`;
  if (!known.has(key)) known.set(key, owner(base));
  return known.get(key);
}

/** Somebody new who buys through the API. */
export function shopper(base) {
  made += 1;
  return person(base, { email: `robin-${made}-${Date.now()}@example.com`, name: "Robin Reader" });
}

/** An order of somebody that has arrived; answers it and what of its first line can come back. */
export async function arrivedOrder(base, buyer) {
  const boss = await theOwner(base);
  const { order } = await buy(buyer, { q: "teapot" });
  const lines = [{ line_id: order.lines[0].id, quantity: 1 }];
  const any = { "If-Match": "*" };
  await boss.call("POST", `/admin/v1/orders/${order.id}/ship`, { lines }, any);
  const { shipments } = await boss.call("GET", `/admin/v1/orders/${order.id}`);
  await boss.call("POST", `/admin/v1/orders/${order.id}/deliver`, { shipment_id: shipments[0].id }, any);
  return { order, lines };
}

/** Logs somebody in, the owner when nobody is named. */
export async function enter(page, base, somebody = null, { at = "/office" } = {}) {
  const { email, password } = somebody ?? (await theOwner(base));
  const key = `${base} ${email}`;
  if (known.has(key)) {
    await page.context().addCookies(known.get(key));
    return;
  }
  await page.goto(`${base}/login?next=${encodeURIComponent(at)}`);
  await page.locator("main #email").fill(email);
  await page.locator("main #password").fill(password);
  await page.locator("form[action='/login'] button[type=submit]").click();
  await page.waitForURL((url) => url.pathname === at);
  known.set(key, await page.context().cookies());
}

/** Opens a page of the back office and waits until it is filled. */
export async function openOffice(page, base, path) {
  await page.goto(`${base}/office${path}`);
  await filled(page);
}

/** Waits until the view is filled. */
export function filled(page) {
  return page.locator("#main:not([aria-busy]) > .view > *").first().waitFor();
}

/** Looks for barriers once nothing is under way. */
export async function checkOffice(page, name) {
  await filled(page);
  await checkPage(page, name);
}

/** Chooses something in the dialog that is open, and confirms it. */
export async function choose(page, label, value, act) {
  await page.locator("dialog").getByLabel(label).selectOption(value);
  await page.locator("dialog").getByRole("button", { name: act }).click();
}

/** The next call of this kind is answered as if the password was shown too long ago: a test cannot wait for that. */
export function forgetPassword(page, path) {
  const body = JSON.stringify({ title: "Show your password again.", status: 403, code: "step-up-required" });
  return page.route(path, (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body }), {
    times: 1,
  });
}

/** Shows the owner's password when it is asked for. */
export async function showPassword(page, base) {
  await page.locator("#step-up").fill((await theOwner(base)).password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.locator("#step-up").waitFor({ state: "detached" });
}
