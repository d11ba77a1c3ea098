// What people of the back office do.
import assert from "node:assert/strict";

import { buy, person, until } from "./api.mjs";
import { moreOffice } from "./office-admin.mjs";
import { arrivedOrder, checkOffice, choose, enter, openOffice, shopper, theOwner } from "./office-steps.mjs";
import { checkPage } from "./steps.mjs";

/** Adds the tests of the back office. */
export function office(test) {
  for (const size of ["desktop", "phone"]) {
    test(`office: every page is there and without barriers (${size})`, size, async ({ page, base, shot }) => {
      const boss = await theOwner(base);
      const robin = await shopper(base);
      const { order, product } = await buy(robin, { q: "kettle" });
      await enter(page, base);
      const { promotions } = await boss.call("GET", "/admin/v1/promotions");
      const places = {
        overview: "",
        orders: "/orders",
        order: `/orders/${order.id}`,
        products: "/products",
        product: `/products/${product.id}`,
        "new-product": "/products/new",
        categories: "/products/categories",
        stock: "/stock?q=kettle",
        variant: `/stock/${product.variants[0].id}`,
        promotions: "/promotions",
        promotion: `/promotions/${promotions[0].id}`,
        "new-promotion": "/promotions/new",
        basket: "/promotions/try",
        codes: "/promotions/coupons?code=WELCOME10",
        reviews: "/reviews",
        people: `/people?email=${robin.email}`,
        person: `/people/${robin.id}`,
        reports: "/reports",
        prices: "/prices",
        webhooks: "/webhooks",
        audit: "/audit",
      };
      for (const [name, path] of Object.entries(places)) {
        await openOffice(page, base, path);
        assert.equal(await page.locator("#main .notice-bad").count(), 0, `${name} complains`);
        await checkPage(page, `the office's ${name}`);
        await shot(`office-${name}`);
      }
    });
  }

  test("office: an order is packed, sent and delivered", "desktop", async ({ page, base, shot }) => {
    const robin = await shopper(base);
    const { order } = await buy(robin, { q: "teapot", quantity: 2 });
    await enter(page, base);
    await openOffice(page, base, "/orders?status=placed&fulfillment_status=unfulfilled");
    await page.getByRole("link", { name: order.number }).click();
    await page.getByRole("heading", { level: 1, name: order.number }).waitFor();
    await page.getByRole("button", { name: "Pack", exact: true }).click();
    await page.locator("dialog input[type=number]").fill("1");
    await page.locator("dialog").getByRole("button", { name: "Pack" }).click();
    const parcels = page.getByRole("region", { name: "Parcels" });
    await parcels.getByText("1 × Round-Belly Teapot").waitFor();
    await parcels.getByRole("button", { name: "Send" }).click();
    await page.locator("dialog").getByLabel("Carrier").fill("Parcel Post");
    await page.locator("dialog").getByRole("button", { name: "Send" }).click();
    await page.locator("dialog .field-error").getByText("belong together").waitFor();
    await page.locator("dialog").getByLabel("Tracking number").fill("PP1");
    await page.locator("dialog").getByLabel("Where to follow it").fill("https://post.example/PP1");
    await page.locator("dialog").getByRole("button", { name: "Send" }).click();
    await parcels.getByRole("link", { name: "Parcel Post PP1" }).waitFor();
    await parcels.getByRole("button", { name: "It has arrived" }).click();
    await parcels.locator(".badge", { hasText: "Delivered" }).waitFor();
    await page.locator(".view-head .badge", { hasText: "Partially delivered" }).waitFor();
    await page.getByLabel("A note").fill("Called: <b>the other one</b> follows.");
    await page.getByRole("button", { name: "Add the note" }).click();
    await page.locator(".notes").getByText("<b>the other one</b> follows.").waitFor();
    await checkOffice(page, "an order on its way");
    await shot("office-order-moved");
    const seen = await robin.call("GET", `/v1/orders/${order.id}`);
    assert.equal(seen.fulfillment_status, "partially_delivered");
  });

  test("office: a parcel is unpacked, and the order given up", "phone", async ({ page, base }) => {
    const robin = await shopper(base);
    const { order } = await buy(robin, { q: "teapot" });
    await enter(page, base);
    await openOffice(page, base, `/orders/${order.id}`);
    await page.getByRole("button", { name: "Pack", exact: true }).click();
    await page.locator("dialog").getByRole("button", { name: "Pack" }).click();
    await page.getByRole("button", { name: "Unpack" }).click();
    await page.getByText("Nothing is packed yet.").waitFor();
    await page.getByRole("button", { name: "Cancel …" }).click();
    await checkOffice(page, "giving an order up");
    await page.locator("dialog").getByRole("button", { name: "Cancel these" }).click();
    await page.locator(".view-head .badge", { hasText: "Canceled" }).waitFor();
    const now = await until(
      () => robin.call("GET", `/v1/orders/${order.id}`),
      ({ payment_status: state }) => state === "refunded",
    );
    assert.equal(now.refunded.amount, order.totals.total.amount);
  });

  test("office: a line of a paid order is refunded, and the sum is shown", "phone", async ({ page, base, shot }) => {
    const robin = await shopper(base);
    const { order } = await buy(robin, { q: "teapot", quantity: 2 });
    await enter(page, base);
    await openOffice(page, base, `/orders/${order.id}`);
    await page.getByRole("button", { name: "Refund" }).click();
    await page.locator("dialog input[type=number]").fill("1");
    await page.locator("dialog").getByLabel("Why").selectOption("defect");
    await checkOffice(page, "the refund");
    await page.locator("dialog").getByRole("button", { name: "Refund" }).click();
    const now = await until(
      () => robin.call("GET", `/v1/orders/${order.id}`),
      ({ refunded }) => refunded.amount > 0,
    );
    const { amount } = now.refunded;
    assert.equal(amount * 2, order.totals.subtotal.amount, "half of two pieces goes back");
    const said = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(amount / 100);
    assert.equal(await page.locator(".adjusted").textContent(), said);
    await shot("office-refund");
  });

  test("office: goods come back and their price goes back", "desktop", async ({ page, base, shot }) => {
    const robin = await shopper(base);
    const { order, lines } = await arrivedOrder(base, robin);
    await robin.call("POST", `/v1/orders/${order.id}/returns`, { lines, reason: "damaged" });
    await enter(page, base);
    await openOffice(page, base, "");
    await page.locator("#waits a", { hasText: "Returns to approve" }).click();
    await page.getByRole("link", { name: order.number }).click();
    await page.getByRole("heading", { level: 1, name: order.number }).waitFor();
    const returns = page.getByRole("region", { name: "Returns" });
    await returns.getByRole("button", { name: "Approve" }).click();
    await returns.getByRole("button", { name: "They have arrived" }).click();
    await page.locator("dialog select").selectOption("scrap");
    await page.locator("dialog").getByRole("button", { name: "Receive" }).click();
    await returns.getByText("0 back on the shelf, 1 scrapped").waitFor();
    await until(
      () => robin.call("GET", `/v1/orders/${order.id}`),
      ({ returns: [one] }) => one.state === "refunded",
    );
    await page.reload();
    await returns.locator(".badge", { hasText: "Refunded" }).waitFor();
    await checkOffice(page, "an order that came back");
    await shot("office-return");
  });

  test("office: the list of orders keeps its filters", "desktop", async ({ page, base }) => {
    const { order } = await buy(await shopper(base), { q: "teapot" });
    await enter(page, base);
    await openOffice(page, base, "/orders");
    await page.getByRole("searchbox", { name: "Number" }).fill(order.number.slice(0, 8));
    await page.getByRole("searchbox", { name: "Number" }).press("Enter");
    await page.locator("input[name=number]:invalid").waitFor();
    await page.getByRole("searchbox", { name: "Number" }).fill(` ${order.number.toLowerCase()}`);
    await page.getByRole("searchbox", { name: "Number" }).press("Enter");
    await page.waitForURL(/number=(\+|%20)az-/);
    await page.getByRole("link", { name: order.number }).waitFor();
    await page.locator("main tbody tr").nth(1).waitFor({ state: "detached" });
    await page.getByRole("searchbox", { name: "Number" }).fill("");
    await page.getByRole("combobox", { name: "Payment" }).selectOption("refunded");
    await page.waitForURL(/payment_status=refunded/);
    await page.getByRole("button", { name: "Save this filter" }).click();
    await page.locator("dialog").getByLabel("Name").fill("Money that went back");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "All", exact: true }).click();
    await page.waitForURL((url) => url.search === "");
    await page.reload();
    await page.getByRole("link", { name: "Money that went back" }).click();
    await page.waitForURL(/payment_status=refunded/);
    await page.getByRole("button", { name: "Forget Money that went back" }).click();
    await page.getByRole("link", { name: "Money that went back" }).waitFor({ state: "detached" });
  });

  test("office: a review is read with the keyboard", "desktop", async ({ page, base, shot, expects }) => {
    const robin = await shopper(base);
    const { items } = await robin.call("GET", "/v1/products?q=teapot");
    const path = `/v1/products/${items[0].slug}/reviews`;
    await robin.call("POST", path, { rating: 4, title: `Pours well, says ${robin.id}`, body: "Every morning." });
    await enter(page, base);
    await openOffice(page, base, "/reviews");
    const card = page.locator(".review", { hasText: robin.id });
    for (let step = 0; step < 20 && !(await card.evaluate((one) => one === document.activeElement)); step += 1) {
      await page.keyboard.press("j");
    }
    await checkOffice(page, "the queue of reviews");
    await shot("office-reviews-queue");
    await page.keyboard.press("a");
    await card.waitFor({ state: "detached" });
    const shown = await until(
      () => robin.call("GET", path),
      ({ items: reviews }) => reviews.some(({ title }) => title.includes(robin.id)),
    );
    assert.ok(shown.rating.count >= 1, "its stars do not count");
    await page.getByRole("link", { name: "Published" }).click();
    await card.getByRole("button", { name: "Remove" }).click();
    const isList = (request) => request.method() === "GET" && new URL(request.url()).pathname === "/admin/v1/reviews";
    const listing = page.waitForRequest(isList);
    await choose(page, "Why", "spam", "Remove the review");
    assert.ok((await listing).headers()["consistency-token"], "the list may be older than what was done");
    await card.waitFor({ state: "detached" });
    await until(
      () => robin.call("GET", path),
      ({ items: reviews }) => reviews.every(({ title }) => !title.includes(robin.id)),
    );
    // While the read models are far behind, the list as it is now is shown after all.
    const behind = { code: "not-yet-consistent", title: "The answer would be older than what you have seen.", status: 503 };
    const refused = [];
    await page.route(/admin.v1.reviews/, async (route) => {
      if (!route.request().headers()["consistency-token"]) return route.continue();
      refused.push(route.request().url());
      expects(new URL(route.request().url()).pathname + new URL(route.request().url()).search);
      await route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(behind) });
    });
    await page.getByRole("link", { name: "Removed" }).click();
    await card.waitFor();
    assert.equal(refused.length, 1, "nothing was asked of what lists include");
  });

  moreOffice(test);

  test("office: support sees no acts of administrators", "desktop", async ({ page, base, shot }) => {
    const boss = await theOwner(base);
    const sam = await person(base, { email: `sam-${Date.now()}@example.com`, name: "Sam Support" });
    const { access_token: token } = await boss.call("POST", "/v1/auth/step-up", { password: boss.password });
    const confirmed = { Authorization: `Bearer ${token}` };
    await boss.call("PUT", `/admin/v1/users/${sam.id}/roles`, { roles: ["shopper", "support"] }, confirmed);
    const { order, product } = await buy(await shopper(base), { q: "teapot" });
    await enter(page, base, sam);
    await openOffice(page, base, "");
    for (const hidden of ["Webhooks", "Audit trail", "Ops console"]) {
      assert.equal(await page.getByRole("link", { name: hidden }).count(), 0, `${hidden} is shown`);
    }
    const acts = ["Archive …", "Publish", "Save", "Add a variant", "Save the pictures", "Change", "Retire …", "Stop"];
    for (const path of [
      `/products/${product.id}`,
      "/promotions",
      "/products/categories",
      "/prices",
      `/people/${sam.id}`,
    ]) {
      await openOffice(page, base, path);
      await page.getByText("You can look, but not change it.").waitFor();
      for (const name of acts) {
        assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0, `${path} has ${name}`);
      }
      await checkPage(page, `${path} for support`);
    }
    await shot("office-support");
    await openOffice(page, base, `/orders/${order.id}`);
    await page.getByRole("button", { name: "Pack", exact: true }).waitFor();
    await openOffice(page, base, "/webhooks");
    await page.getByText("Webhooks belong to administrators.").waitFor();
  });

  test("office: is closed to shoppers", "desktop", async ({ page, base }) => {
    await enter(page, base, await shopper(base), { at: "/account" });
    const answer = await page.goto(`${base}/office`);
    assert.equal(answer.status(), 403);
    await checkPage(page, "the closed office");
  });
}
