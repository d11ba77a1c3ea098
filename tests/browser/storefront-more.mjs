// What shoppers find on the pages beside buying: lists, reviews, the bag's drawer, the account, the inbox.
import assert from "node:assert/strict";

import { buy, person, until } from "./api.mjs";
import { enter, theOwner } from "./office-steps.mjs";
import { ADD, checkPage } from "./steps.mjs";

const HOME_BYTES_MAX = 100_000;

/** Adds the tests. */
export function storefrontMore(test) {
  lists(test);
  bag(test);
  offline(test);
  product(test);
  account(test);
  weight(test);
}

function lists(test) {
  const narrow = async ({ page, base, shot }) => {
    await page.goto(`${base}/?category=kitchen`);
    const all = await page.locator(".grid .card").count();
    await page.locator(".filter summary", { hasText: "Finish" }).click();
    const choice = page.locator(".filter[open] .filter-list a").first();
    const wanted = Number((await choice.locator(".filter-number").innerText()).match(/\d+/)[0]);
    await shot("filters");
    await choice.click();
    await page.waitForURL(/facet\.Finish/);
    assert.equal(await page.locator(".grid .card").count(), wanted, "the list is not as the count promised");
    assert.ok(wanted < all, "nothing was left out");
    await checkPage(page, "a narrowed list");
    await page.locator(".chosen a").first().click();
    await page.waitForURL((url) => !url.search.includes("facet"));
    assert.equal(await page.locator(".grid .card").count(), all);
    await page.goto(`${base}/?category=kitchen&max=0.01`);
    await page.getByText("Nothing on this shelf").waitFor();
    await checkPage(page, "a list that is narrowed to nothing");
  };
  test("a list is narrowed and widened (desktop)", "desktop", narrow);
  test("a list is narrowed without JavaScript (phone)", "phone", async ({ page, base }) => {
    await page.goto(`${base}/?category=kitchen`);
    await page.locator(".filter summary", { hasText: "Price" }).click();
    await page.locator("#price-max").fill("20");
    await page.locator(".filter-price button").click();
    await page.waitForURL(/max=20/);
    await page.locator(".chosen", { hasText: "up to 20" }).waitFor();
    assert.ok((await page.locator(".grid .card").count()) >= 1, "nothing is below 20");
  }, { javaScriptEnabled: false });

  const long = async ({ page, base }) => {
    await page.goto(base);
    const card = page.locator(".grid .card").first();
    await card.locator("h3 a").evaluate((name) => {
      name.textContent = "Donaudampfschifffahrtsgesellschaft".repeat(3);
    });
    const [around, name, price] = await Promise.all(
      [card, card.locator("h3"), card.locator(".card-price")].map((part) => part.boundingBox()),
    );
    const end = around.x + around.width;
    assert.ok(name.x + name.width <= end && price.x + price.width <= end, "something is beside its card");
    assert.ok(name.x + name.width <= price.x || name.y + name.height <= price.y, "the name is over the price");
  };
  test("a name without a space stays in its card (desktop)", "desktop", long);
  test("a name without a space stays in its card (phone)", "phone", long);

  test("the search suggests while one types, by keyboard", "desktop", async ({ page, base, shot }) => {
    await page.goto(base);
    await page.locator("#q[role=combobox]").pressSequentially("teap");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await checkPage(page, "suggestions");
    await shot("suggestions");
    await page.locator("#q").press("ArrowDown");
    assert.equal(await page.locator("#q").getAttribute("aria-activedescendant"), "suggestion-0");
    const target = await page.locator("#suggestion-0").getAttribute("data-href");
    await page.locator("#q").press("Enter");
    await page.waitForURL((url) => url.pathname + url.search === target);
  });
}

function bag(test) {
  test("the bag opens beside the page and changes there", "phone", async ({ page, base, shot }) => {
    await page.goto(base);
    await page.locator(".grid .card h3 a").first().click();
    await page.locator(ADD).click();
    const drawer = page.locator("[data-drawer]");
    await drawer.locator(".bag-line").waitFor();
    await checkPage(page, "the drawer");
    await shot("drawer");
    await drawer.locator("#code").fill("NO-SUCH-CODE");
    await drawer.locator("#code").press("Enter");
    await drawer.getByText(/no such code/).waitFor();
    await drawer.locator("input[name=quantity]").fill("2");
    await drawer.locator("input[name=quantity]").press("Enter");
    await page.waitForFunction(() => document.querySelector(".bag-count").textContent === "2");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    assert.match(page.url(), /\/products\//);
  });
}

function offline(test) {
  test("without a network nothing is lost, and nothing is added twice", "phone", async ({ page, base, shot }) => {
    await page.goto(base);
    await page.locator(".grid .card h3 a").first().click();
    const add = page.locator(ADD);
    await add.waitFor();
    await page.context().setOffline(true);
    await add.click();
    const said = page.locator("[data-toast] [role=alert]", { hasText: "The shop could not be reached." });
    await said.waitFor();
    await checkPage(page, "a product without a network");
    await shot("offline");
    await page.context().setOffline(false);
    // Its answer is lost on the way: the shopper presses again.
    await page.route("**/cart/lines", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await add.click();
    await add.click();
    await page.locator("[data-drawer] .bag-line").waitFor();
    assert.equal(await page.locator("[data-drawer] input[name=quantity]").inputValue(), "1");
  });
  test("a part of a page that could not be fetched joins once the shop is back", "desktop", async ({ page, base }) => {
    let refused = 0;
    await page.route("**/js/bag.js", (route) => {
      refused += 1;
      return route.abort();
    });
    await page.goto(base);
    await page.locator(".grid .card h3 a").first().click();
    await until(async () => refused, (times) => times > 0);
    assert.equal(await page.locator(ADD).count(), 0);
    await page.unroute("**/js/bag.js");
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await page.locator(ADD).click();
    await page.locator("[data-drawer] .bag-line").waitFor();
  });
}

function product(test) {
  test("a review is written, read by a moderator and found helpful", "desktop", async ({ page, base, shot }) => {
    const robin = await person(base, { email: `critic-${Date.now()}@example.com`, name: "Robin Reader" });
    await enter(page, base, robin, { at: "/" });
    await page.locator(".grid .card h3 a").nth(1).click();
    const slug = new URL(page.url()).pathname.split("/").at(-1);
    await page.getByRole("button", { name: "Write a review" }).click();
    await page.getByLabel("Stars").selectOption("4");
    await page.getByLabel("In one line").fill("Good <b>thing</b>");
    await page.getByLabel("At length").fill("It does what it should.");
    await page.getByRole("button", { name: "Hand it in" }).click();
    await page.getByText("Somebody reads your review before").waitFor();
    const { items } = await robin.call("GET", "/v1/me/reviews");
    const { id, revision } = items[0];
    await (await theOwner(base)).call("POST", `/admin/v1/reviews/${id}/approve`, { revision });
    const published = ({ items: listed }) => listed.some((review) => review.id === id);
    await until(() => robin.call("GET", `/v1/products/${slug}/reviews`), published);
    await page.context().clearCookies();
    const reader = await person(base, { email: `reader-${Date.now()}@example.com`, name: "Rae" });
    await enter(page, base, reader, { at: `/products/${slug}` });
    const said = page.locator(`[data-review="${id}"]`);
    await said.getByText("Good <b>thing</b>").waitFor();
    await said.getByRole("button", { name: "Helpful" }).click();
    await said.locator("[data-helpful]", { hasText: "1" }).waitFor();
    await page.locator("#reviews").scrollIntoViewIfNeeded();
    await checkPage(page, "a product with reviews");
    await shot("reviews");
  });
}

function account(test) {
  test("the account: name, an address, sessions, letters", "desktop", async ({ page, base, shot }) => {
    const robin = await person(base, { email: `account-${Date.now()}@example.com`, name: "Robin Reader" });
    await enter(page, base, robin, { at: "/account" });
    await page.locator("[data-account] [aria-busy]").first().waitFor({ state: "detached" });
    await page.getByLabel("Name", { exact: true }).fill("Robin Writer");
    await page.getByRole("button", { name: "Save the name" }).click();
    await page.locator("dd[data-name]", { hasText: "Robin Writer" }).waitFor();
    await page.getByRole("button", { name: "Add an address" }).click();
    await page.getByLabel("Full name").fill("Robin Writer");
    await page.getByLabel("Street and number").fill("1 Long Lane");
    await page.getByLabel("Postcode").fill("10115");
    await page.getByLabel("City").fill("Berlin");
    await page.getByLabel("State or province").fill("be");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    const saved = page.locator(".row", { hasText: "1 Long Lane, 10115 Berlin, BE, Germany" });
    await saved.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Postcode").fill("10117");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.locator(".row", { hasText: "1 Long Lane, 10117 Berlin, BE, Germany" }).waitFor();
    await page.locator(".row", { hasText: "This one" }).waitFor();
    await page.waitForFunction(() => !document.querySelector("[data-account] [aria-busy]"));
    assert.equal(await page.locator("[data-account] .notice-bad").count(), 0, "a part of the account failed");
    await checkPage(page, "the account");
    await shot("account");
  });

  test("the bell rings, the inbox is read, the order is canceled", "desktop", async ({ page, base, shot }) => {
    const robin = await person(base, { email: `bell-${Date.now()}@example.com`, name: "Robin Reader" });
    await enter(page, base, robin, { at: "/" });
    const { order } = await buy(robin, { q: "teapot" });
    await page.locator("[data-bell][aria-label*='unread']").waitFor();
    await page.locator("[data-bell]").click();
    await page.locator(".inbox li").first().waitFor();
    await checkPage(page, "the inbox");
    await shot("inbox");
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await page.locator("[data-bell][aria-label='Inbox']").waitFor();
    await page.goto(`${base}/orders/${order.id}`);
    await page.getByRole("button", { name: "Cancel the order" }).click();
    await page.getByRole("button", { name: "Cancel it" }).click();
    await until(() => robin.call("GET", `/v1/orders/${order.id}`), ({ status }) => status === "canceled");
    await checkPage(page, "a canceled order");
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`the design page shows all pieces (${colorScheme})`, "desktop", async ({ page, base, shot }) => {
      await page.goto(`${base}/design`);
      assert.ok((await page.locator(".swatch").count()) > 10);
      await checkPage(page, "the design page");
      await shot(`design-${colorScheme}`);
    }, { colorScheme });
  }
}

function weight(test) {
  test("the home page is light and holds still", "desktop", async ({ page, base }) => {
    await page.addInitScript(() => {
      window.shifted = 0;
      const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifted += entry.value;
      });
      observer.observe({ type: "layout-shift", buffered: true });
    });
    for (const path of ["/", "/products/claw-hammer-16-oz"]) {
      await page.goto(base + path, { waitUntil: "networkidle" });
      const { bytes, paint, shifted } = await page.evaluate(() => ({
        bytes: ["resource", "navigation"]
          .flatMap((kind) => performance.getEntriesByType(kind))
          .reduce((sum, { transferSize }) => sum + transferSize, 0),
        paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
        shifted: window.shifted,
      }));
      console.log(`        ${path}: ${bytes} bytes, first contentful paint after ${Math.round(paint)} ms`);
      assert.ok(shifted < 0.01, `${path} shifts by ${shifted}`);
      if (path === "/") assert.ok(bytes > 0 && bytes < HOME_BYTES_MAX, `home transfers ${bytes} bytes`);
    }
  });
}
