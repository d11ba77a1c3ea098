// What a shopper does on the pages.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const GRAVE = new Set(["serious", "critical"]);

/** What adds a product to the bag without leaving its page. */
export const ADD = "html.ready form[data-add] button[type=submit]";

/** Fails when the page has a serious or critical barrier, or scrolls sideways. */
export async function checkPage(page, name) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = result.violations
    .filter((violation) => GRAVE.has(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(grave, [], `barriers on ${name}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name} scrolls sideways by ${overflow} pixels`);
}

/** Puts a product into the bag, through its page. */
export async function fillBag(page, base, { scripted = true } = {}) {
  // The newest may be something that another test has just made and nobody has on the shelf.
  await page.goto(`${base}/?sort=name`);
  await page.locator(".grid .card h3 a").first().click();
  if (scripted) {
    await page.locator(ADD).click();
    await page.locator("[data-drawer] a[href='/cart']").click();
  } else {
    await page.locator("form[data-add] button[type=submit]").click();
  }
  await page.waitForURL(/\/cart/);
  await page.locator(".bag-line").first().waitFor();
}

/** Fills in the checkout and pays with a card. */
export async function checkOut(page, base, card) {
  await page.goto(`${base}/checkout`);
  await fillCheckout(page, card);
}

/** Where the shopper lives. */
const GHENT = { postalCode: "9000", city: "Ghent", place: "BE" };

/** Fills in the checkout that is open and pays with a card. */
export async function fillCheckout(page, card, { postalCode, city, place } = GHENT) {
  await page.getByLabel(/e-?mail/i).fill("sam@example.com");
  await page.locator("#name").fill("Sam Shopper");
  await page.locator("#line1").fill("1 Long Lane");
  await page.locator("#postal_code").fill(postalCode);
  await page.locator("#city").fill(city);
  await page.locator("#country").selectOption(place);
  await page.locator(`label:has(input[value="${card}"])`).click();
  const press = async () => {
    const isAnswer = (response) =>
      response.request().method() === "POST" && new URL(response.url()).pathname === "/checkout";
    const pay = page.locator("form[action='/checkout'] .panel button[type=submit]");
    const [answer] = await Promise.all([page.waitForResponse(isAnswer), pay.click()]);
    return answer.status();
  };
  if ((await press()) === 409) {
    // Sending costs more to where the shopper lives: the shop says so first, and takes nothing.
    await page.getByText(/nothing was charged. Look at it and pay if you agree/).waitFor();
    await page.waitForLoadState();
    assert.notEqual(await press(), 409, "the price changed twice");
  }
}

/** Waits for the order page and follows it until it is paid; answers the stages that were seen. */
export async function followOrder(page) {
  await page.waitForURL(/\/orders\/ord_/);
  const stage = () => page.locator("#progress").getAttribute("data-stage");
  const seen = [await stage()];
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  const limit = Date.now() + 30_000;
  while (seen.at(-1) !== "paid") {
    assert.ok(Date.now() < limit, `the order stays ${seen.at(-1)}`);
    await page.waitForTimeout(40);
    const now = await stage();
    if (now !== seen.at(-1)) seen.push(now);
  }
  assert.ok(await page.evaluate(() => window.sameDocument === true), "the page was loaded again");
  return seen;
}
