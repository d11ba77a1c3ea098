// What administrators do in the back office: products, stock, promotions, people, webhooks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { until } from "./api.mjs";
import { checkOffice, enter, forgetPassword, openOffice, shopper, showPassword, theOwner } from "./office-steps.mjs";

/** A picture of nothing but one colour. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAtmMCMaywi+hcEKLNP1WgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELguFPsFaQDQP9QAAAABJRU5ErkJggg==",
  "base64",
);

/** Adds the tests of what administrators do. */
export function moreOffice(test) {
  test(
    "office: a product is drafted, pictured, published, and bought from the shop's page",
    "desktop",
    async ({ page, base, shot }) => {
      const title = `Clay cup ${Date.now()}`;
      await enter(page, base);
      await openOffice(page, base, "/products/new");
      await page.getByLabel("Title").fill(title);
      assert.equal(await page.getByLabel("Address in the shop").inputValue(), title.toLowerCase().replaceAll(" ", "-"));
      await page.getByLabel("Brand").fill("Kettle & Co.");
      await page.getByLabel("Category").fill("kitchen");
      await page.getByLabel("Description").fill("Holds tea.\n<script>alert(1)</script>");
      await page.getByLabel("SKU").fill(`CUP-${Date.now()}`);
      await page.getByLabel("Price in EUR").fill("a lot");
      await page.getByRole("button", { name: "Make a draft" }).click();
      await page.locator(".field-faulty .field-error").getByText("Write it like 19.99").waitFor();
      await page.getByLabel("Price in EUR").fill("12.50");
      await page.getByLabel("Options").fill("Size: small");
      await page.getByRole("button", { name: "Make a draft" }).click();
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      await page.locator("input[type=file]").setInputFiles({ name: "cup.png", mimeType: "image/png", buffer: PICTURE });
      await page.getByLabel("What it shows").fill("A small cup of clay");
      await page.getByRole("button", { name: "Save the pictures" }).click();
      await page.getByText("The pictures are saved.").waitFor();
      await page.getByRole("button", { name: "Publish" }).click();
      await page.locator(".view-head .badge", { hasText: "Active" }).waitFor();
      await page.getByRole("button", { name: "Add a variant" }).click();
      await page.locator("dialog").getByLabel("SKU").fill(`CUP-L-${Date.now()}`);
      await page.locator("dialog").getByLabel("Price in EUR").fill("17.50");
      await page.locator("dialog").getByLabel("Options").fill("Size: large");
      await page.locator("dialog").getByRole("button", { name: "Add" }).click();
      const large = page.getByRole("row", { name: /Size: large/ });
      await large.getByRole("button", { name: /^Retire/ }).click();
      await page.locator("dialog").getByRole("button", { name: "Retire it" }).click();
      await large.getByText("Retired").waitFor();
      await checkOffice(page, "a new product");
      await shot("office-product-published");
      await page.getByRole("link", { name: "See it in the shop" }).click();
      await page.waitForURL(/\/products\/clay-cup/);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      await page.getByText("12").first().waitFor();
      assert.ok((await page.locator("main img[alt='A small cup of clay']").count()) >= 1, "its picture is not there");
    },
  );

  test("office: a product is edited, and nobody overwrites somebody else", "desktop", async ({ page, base }) => {
    const boss = await theOwner(base);
    const { items } = await boss.call("GET", "/admin/v1/products?q=lantern&status=active");
    const path = `/admin/v1/products/${items[0].id}`;
    await enter(page, base);
    await openOffice(page, base, `/products/${items[0].id}`);
    const brand = `Somebody else ${Date.now()}`;
    await boss.call("PATCH", path, { brand }, { "If-Match": "*" });
    await page.getByLabel("Title").fill(`${items[0].title}, lit`);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Somebody else changed this since you opened it").waitFor();
    assert.equal(await page.getByLabel("Title").inputValue(), `${items[0].title}, lit`, "what was typed is lost");
    await page.reload();
    await page.getByLabel("Title").fill(`${items[0].title}, lit`);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: `${items[0].title}, lit` }).waitFor();
    const change = page.getByRole("button", { name: /^Change / }).first();
    await change.click();
    await page.locator("dialog").getByLabel("Price in EUR").fill("77.70");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("cell", { name: "€77.70" }).first().waitFor();
    const now = await boss.call("GET", path);
    assert.equal(now.title, `${items[0].title}, lit`);
    assert.equal(now.brand, brand);
    assert.ok(now.variants.some(({ price }) => price.amount === 7770));
    await page.goto(`${base}/products/${items[0].slug}`);
    await page.getByRole("heading", { level: 1, name: /, lit$/ }).waitFor();
  });

  test("office: products are searched and paged", "phone", async ({ page, base }) => {
    await enter(page, base);
    await openOffice(page, base, "/products");
    const first = await page.locator(".table tbody a").first().textContent();
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL(/cursor=/);
    await page.waitForFunction((was) => document.querySelector(".table tbody a")?.textContent !== was, first);
    await page.getByRole("link", { name: "First page" }).click();
    await page.waitForFunction((was) => document.querySelector(".table tbody a")?.textContent === was, first);
    await page.getByRole("searchbox", { name: "Search" }).fill("teapot");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/q=teapot/);
    await page.getByRole("link", { name: "Round-Belly Teapot 0.9 l" }).waitFor();
    await page.getByRole("combobox", { name: "State" }).selectOption("archived");
    await page.getByText("No product is like that.").waitFor();
  });

  test("office: categories make a tree", "phone", async ({ page, base }) => {
    await enter(page, base);
    await openOffice(page, base, "/products/categories");
    for (const [title, slug, parent] of [
      ["Garden", "garden", ""],
      ["Pots", "pots", "garden"],
    ]) {
      await page.getByRole("button", { name: "New category" }).click();
      await page.locator("dialog").getByLabel("Title").fill(title);
      await page.locator("dialog").getByLabel("Name in addresses").fill(slug);
      await page.locator("dialog").getByLabel("Below").selectOption(parent);
      await page.locator("dialog").getByRole("button", { name: "Save" }).click();
      await page.locator(".tree").getByText(title, { exact: true }).waitFor();
    }
    await page.locator(".tree .tree").getByText("Pots", { exact: true }).waitFor();
    await checkOffice(page, "the tree of categories");
    await page.getByRole("button", { name: "Remove Garden" }).click();
    await page.locator("dialog").getByRole("button", { name: "Take it away" }).click();
    await page.locator(".complaint [role=alert]").waitFor();
    assert.ok(await page.locator(".tree").getByText("Garden", { exact: true }).isVisible(), "it went away");
  });

  test("office: goods are received and counted", "phone", async ({ page, base, shot }) => {
    await enter(page, base);
    await openOffice(page, base, "/stock");
    await page.getByLabel("Product").fill("teapot");
    await page.getByLabel("Product").press("Enter");
    await page.getByRole("link", { name: "KIT-TEAPOT-2" }).click();
    const shelf = page.locator("#levels .tile-value").first();
    await page.getByRole("heading", { level: 1, name: "KIT-TEAPOT-2" }).waitFor();
    const before = Number(await shelf.textContent());
    await page.getByLabel("Pieces", { exact: true }).fill("12");
    await page.getByRole("button", { name: "Receive" }).click();
    await page.waitForFunction(
      (want) => document.querySelector("#levels .tile-value")?.textContent === want,
      String(before + 12),
    );
    await page.getByLabel("Really on the shelf").fill(String(before + 10));
    await page.getByLabel("Why").selectOption("damaged");
    await page.getByRole("button", { name: "Correct" }).click();
    await page.waitForFunction(
      (want) => document.querySelector("#levels .tile-value")?.textContent === want,
      String(before + 10),
    );
    await page.getByRole("cell", { name: "Adjusted: damaged" }).first().waitFor();
    await checkOffice(page, "the stock of a variant");
    await shot("office-stock-moved");
  });

  test(
    "office: a promotion is tried out, kept, stopped, and its code taken back",
    "desktop",
    async ({ page, base, shot }) => {
      const title = `A fifth off ${Date.now()}`;
      await enter(page, base);
      await openOffice(page, base, "/promotions/new");
      await page.getByLabel("Title").fill(title);
      await page.getByLabel("Percent", { exact: true }).fill("20");
      await page.getByLabel("Begins to count").selectOption("coupon");
      await page.getByLabel("Find something").fill("teapot");
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("button", { name: /KIT-TEAPOT-1/ }).click();
      await page.getByRole("button", { name: "Price it" }).click();
      await page.locator("#tried").getByText("This promotion off").waitFor();
      await page
        .locator("#tried")
        .getByText(/after .*€7\.70.* off/)
        .waitFor();
      await checkOffice(page, "a promotion that is tried out");
      await shot("office-dry-run");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("link", { name: title }).waitFor();
      await page.getByRole("link", { name: "Codes" }).click();
      const code = `FIFTH${Date.now()}`;
      await page.getByLabel("Code", { exact: true }).fill(code);
      await page.getByLabel("For", { exact: true }).selectOption({ label: title });
      await page.getByRole("button", { name: "Issue" }).click();
      const coupon = page.getByRole("region", { name: code });
      await coupon.getByText("0 times").waitFor();
      await coupon.getByRole("button", { name: "Take it back …" }).click();
      await page.locator("dialog").getByRole("button", { name: "Take it back" }).click();
      await coupon.locator(".badge", { hasText: "Withdrawn" }).waitFor();
      await openOffice(page, base, "/promotions");
      await page.getByRole("button", { name: `Stop ${title}` }).click();
      await page.getByRole("button", { name: `Start ${title}` }).waitFor();
    },
  );

  test("office: sending by a way gets another price", "desktop", async ({ page, base, shot }) => {
    const boss = await theOwner(base);
    await enter(page, base);
    await openOffice(page, base, "/prices");
    await page.getByRole("button", { name: "Change Express" }).click();
    const prices = page.locator("dialog").getByLabel("Prices").first();
    const before = await prices.inputValue();
    await prices.fill("cheap");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.locator("dialog .field-error").getByText("is not like").waitFor();
    await prices.fill(before.replace("0: 9.90 EUR", "0: 8.80 EUR"));
    await checkOffice(page, "a way to send");
    await shot("office-way");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText(/^€8\.80, /).waitFor();
    const { shipping_methods: ways } = await boss.call("GET", "/admin/v1/pricebook");
    const express = ways.find(({ id }) => id === "express");
    assert.deepEqual(express.zones[0].brackets[0], { from: 0, price: { amount: 880, currency: "EUR" } });
    assert.equal(express.zones.length, 3, "a zone is lost");
    await page.getByRole("button", { name: "Change Austria" }).click();
    await page.locator("dialog").getByLabel("Rates in percent").fill("standard: 20.5\nreduced: 10");
    await page.locator("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("standard 20.5%").waitFor();
  });

  test("office: somebody gets a role, is locked out, let in, and erased", "desktop", async ({ page, base }) => {
    const robin = await shopper(base);
    const boss = await theOwner(base);
    await enter(page, base);
    await openOffice(page, base, "/people");
    await page.getByLabel("E-mail, in full").fill(robin.email);
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("link", { name: "Robin Reader" }).click();
    await page.getByLabel(/^Support/).check();
    await forgetPassword(page, "**/roles");
    await page.getByRole("button", { name: "Save the roles" }).click();
    await page.locator("#step-up").fill("a guess");
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("That is not it.").waitFor();
    await checkOffice(page, "the password's dialog");
    await showPassword(page, base);
    await page.getByText("It counts at once.").waitFor();
    const { roles } = await boss.call("GET", `/admin/v1/users/${robin.id}`);
    assert.ok(roles.includes("support"), `only ${roles}`);
    await page.getByRole("button", { name: "Deactivate …" }).click();
    await page.locator("dialog").getByRole("button", { name: "Deactivate" }).click();
    await page.getByRole("button", { name: "Reactivate" }).click();
    await page.getByRole("button", { name: "Deactivate …" }).waitFor();
    await page.getByRole("button", { name: "Erase …" }).click();
    await checkOffice(page, "erasing somebody");
    await page.locator("dialog input[type=email]").fill("somebody@else.example");
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.locator("dialog .field-error").getByText("That is another address.").waitFor();
    await page.locator("dialog input[type=email]").fill(robin.email);
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await until(
      () => boss.call("GET", `/admin/v1/users?email=${robin.email}`),
      ({ items }) => items.length === 0,
    );
    await openOffice(page, base, "/audit");
    await page.getByTitle(robin.id).first().waitFor();
  });

  test(
    "office: a webhook's secret is shown once, and its messages are seen",
    "desktop",
    async ({ page, base, shot }) => {
      const heard = [];
      const listener = createServer((request, response) => {
        heard.push(request.headers["webhook-id"]);
        request.resume();
        response.writeHead(heard.length === 1 ? 204 : 500).end();
      });
      await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
      listener.unref();
      const url = `http://127.0.0.1:${listener.address().port}/shop`;
      await enter(page, base);
      await openOffice(page, base, "/webhooks");
      await page.getByRole("button", { name: "New endpoint" }).click();
      await page.locator("dialog").getByLabel("Address").fill(url);
      await page.locator("dialog").getByRole("button", { name: "Make it" }).click();
      const secret = await page.locator(".secret").textContent();
      assert.match(secret, /^whsec_/);
      await page.getByRole("button", { name: "I have kept it" }).click();
      await page.getByRole("link", { name: url }).click();
      await page.getByRole("heading", { level: 1, name: new URL(url).host }).waitFor();
      assert.ok(!(await page.content()).includes(secret), "the secret is still there");
      await page.getByRole("button", { name: "Send a test" }).click();
      await until(
        async () => heard.length,
        (count) => count === 1,
      );
      await page.reload();
      const message = page.getByRole("row").nth(1);
      await message.getByText("Delivered").waitFor();
      await message.getByRole("button", { name: /^Send .* again$/ }).click();
      await until(
        async () => heard.length,
        (count) => count === 2,
      );
      assert.equal(heard[0], heard[1], "it was sent under another id");
      await checkOffice(page, "an endpoint");
      await shot("office-webhook");
      await page.getByRole("button", { name: "Replace the secret …" }).click();
      await page.getByRole("button", { name: "Replace it" }).click();
      assert.notEqual(await page.locator(".secret").textContent(), secret);
      await page.getByRole("button", { name: "I have kept it" }).click();
      await page.getByRole("button", { name: "Disable" }).click();
      await page.getByRole("button", { name: "Enable" }).waitFor();
      await page.getByRole("button", { name: "Delete …" }).click();
      await page.getByRole("button", { name: "Delete it" }).click();
      await page.getByText("Nobody is told anything yet.").waitFor();
    },
  );

  test("office: a report is saved as a table", "desktop", async ({ page, base }) => {
    await enter(page, base);
    await openOffice(page, base, "/reports");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Save as CSV: revenue/ }).click();
    const text = readFileSync(await (await saved).path(), "utf8");
    assert.match(text.split("\r\n")[0], /day,/);
    assert.equal(text.trim().split("\r\n").length, 31, "30 days and their names");
    await page.getByLabel("Until").fill("2020-01-01");
    await page.getByRole("button", { name: "Show" }).click();
    await page.locator(".notice-bad", { hasText: "report-range-invalid" }).waitFor();
    await checkOffice(page, "a report that cannot be");
    assert.equal(await page.getByLabel("Until").inputValue(), "2020-01-01", "the filter is gone");
  });
}
