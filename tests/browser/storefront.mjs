// What shoppers do.
import assert from "node:assert/strict";

import { checkOut, checkPage, fillBag, fillCheckout, followOrder } from "./steps.mjs";

/** Adds the tests of the shop's pages. */
export function storefront(test) {
  for (const size of ["desktop", "phone"]) {
    test(`a guest buys and watches the order become paid (${size})`, size, async ({ page, base, shot }) => {
      await page.goto(base);
      await checkPage(page, "the catalogue");
      await shot("1-catalogue");
      await page.locator(".grid .card h3 a").first().click();
      await page.locator("h1").waitFor();
      await checkPage(page, "a product");
      await shot("2-product");
      await fillBag(page, base);
      await checkPage(page, "the bag");
      await shot("3-bag");
      await page.locator("a[href='/checkout']").click();
      await checkPage(page, "the checkout");
      await shot("4-checkout");
      await fillCheckout(page, "tok_ok");
      const seen = await followOrder(page);
      assert.ok(seen.length > 1, `only ${seen} was seen`);
      await checkPage(page, "the order");
      await shot("5-order-paid");
    });
  }

  test("the API's document can be read, and the viewer asks no other host", "desktop", async ({ page, base, shot }) => {
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${base}/docs/`);
    await page.locator(".opblock-tag").first().waitFor();
    assert.ok((await page.locator(".opblock-tag").count()) >= 8, "hardly any parts of the API");
    await page.locator(".opblock-tag").first().click();
    await page.locator(".opblock-summary-control").first().click();
    await page.locator(".parameters-container").first().waitFor();
    await shot("docs");
    const strangers = asked.filter((url) => !url.startsWith(base) && !url.startsWith("data:"));
    assert.deepEqual(strangers, []);
  });

  test("every picture of the catalogue shows", "desktop", async ({ page, base }) => {
    await page.goto(base);
    const pictures = page.locator(".grid img");
    assert.ok((await pictures.count()) >= 8, "hardly any pictures");
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await page.waitForFunction((image) => image.complete && image.naturalWidth > 0, await picture.elementHandle());
      assert.notEqual(await picture.getAttribute("alt"), "");
    }
  });

  test("a declined card leaves the bag, the next card pays", "desktop", async ({ page, base, shot }) => {
    await fillBag(page, base);
    await checkOut(page, base, "tok_decline");
    await page.locator("[role=alert]").first().waitFor();
    await checkPage(page, "the declined checkout");
    await shot("declined");
    await page.goto(`${base}/cart`);
    assert.equal(await page.locator(".bag-line").count(), 1, "the bag was emptied");
    await checkOut(page, base, "tok_ok");
    await followOrder(page);
  });

  test("a state is chosen where its tax depends on it", "desktop", async ({ page, base, shot }) => {
    await fillBag(page, base);
    await page.goto(`${base}/checkout`);
    const places = page.locator("#country option");
    assert.equal(await places.and(page.locator("[value=US]")).count(), 0, "the country alone does not say what tax there is");
    assert.equal(await places.and(page.locator("[value=US-NY]")).innerText(), "United States of America: New York");
    await fillCheckout(page, "tok_ok", { postalCode: "10001", city: "New York", place: "US-NY" });
    await followOrder(page);
    await page.locator(".sums dt", { hasText: /^Tax$/ }).waitFor();
    await page.getByText("New York, United States of America").waitFor();
    await shot("order-taxed-by-state");
  });

  test("a card that asks first pays once the shopper approves", "phone", async ({ page, base, shot }) => {
    await fillBag(page, base);
    await checkOut(page, base, "tok_action");
    await page.waitForURL(/\/sandbox\/3ds\/|\/orders\//);
    if (!page.url().includes("/sandbox/3ds/")) await page.locator("#progress a.button").click();
    await page.waitForURL(/\/sandbox\/3ds\//);
    await checkPage(page, "the bank");
    await shot("bank");
    await page.getByRole("button", { name: "Approve" }).click();
    await followOrder(page);
  });

  test(
    "a guest buys without JavaScript",
    "phone",
    async ({ page, base, shot }) => {
      await fillBag(page, base, { scripted: false });
      await page.locator("a[href='/checkout']").click();
      await fillCheckout(page, "tok_ok");
      await page.waitForURL(/\/orders\/ord_/);
      await shot("no-script-order");
      const limit = Date.now() + 30_000;
      while ((await page.locator("#progress").getAttribute("data-stage")) !== "paid") {
        assert.ok(Date.now() < limit, "the order is not paid");
        await page.waitForTimeout(200);
        await page.reload();
      }
    },
    { javaScriptEnabled: false },
  );

  test("a shopper makes an account, buys and finds the order again", "desktop", async ({ page, base, shot }) => {
    await page.goto(`${base}/register`);
    await checkPage(page, "the registration");
    await page.locator("main #email").fill("robin@example.com");
    await page.locator("main #name").fill("Robin Reader");
    await page.locator("main #password").fill("a perfectly long password");
    await page.locator("form[action='/register'] button[type=submit]").click();
    await page.waitForURL((url) => !url.pathname.startsWith("/register"));
    await fillBag(page, base);
    await checkOut(page, base, "tok_ok");
    await followOrder(page);
    const order = new URL(page.url()).pathname;
    await page.goto(`${base}/orders`);
    await page.locator(`a[href='${order}']`).first().waitFor();
    await checkPage(page, "the orders");
    await shot("orders");
    await page.goto(`${base}/account`);
    await checkPage(page, "the account");
  });

  test("the bag can be changed, and empties", "desktop", async ({ page, base }) => {
    await fillBag(page, base);
    const quantity = page.locator(".bag-quantity input[name=quantity]");
    await quantity.fill("2");
    await quantity.press("Enter");
    await page.waitForFunction(() => document.querySelector(".bag-count")?.textContent === "2");
    await page.locator(".bag-line button.link").click();
    await page.locator(".empty").waitFor();
    await checkPage(page, "the empty bag");
  });

  test("search, departments and unknown pages answer politely", "desktop", async ({ page, base, shot }) => {
    await page.goto(base);
    await page.locator("#q").fill("teapot");
    await page.locator("#q").press("Enter");
    await page.waitForURL(/q=teapot/);
    assert.ok((await page.locator(".grid .card").count()) >= 1, "no teapot was found");
    await page.goto(`${base}/?category=audio`);
    assert.ok((await page.locator(".grid .card").count()) >= 1, "the department is empty");
    await page.goto(`${base}/?q=nothing-is-called-this`);
    await checkPage(page, "an empty search");
    const lost = await page.goto(`${base}/nowhere`);
    assert.equal(lost.status(), 404);
    await checkPage(page, "an unknown page");
    await shot("unknown-page");
  });
}
