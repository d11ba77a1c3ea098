// What shoppers do who have an account: two bags become one, a code, goods that go back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { until } from "./api.mjs";
import { arrivedOrder, enter, forgetPassword, shopper } from "./office-steps.mjs";
import { checkPage, fillBag } from "./steps.mjs";

/** Adds the tests. */
export function storefrontPeople(test) {
  test("what a guest chose joins the bag of the account at login", "desktop", joins);
  test("a code makes the bag cheaper until it is taken off (scripted)", "phone", code(true));
  test("a code makes the bag cheaper until it is taken off (without JavaScript)", "desktop", code(false), {
    javaScriptEnabled: false,
  });
  test("a shopper asks to send something back", "phone", sendsBack);
  test("whoever logged in a while ago shows the password and gets all that the shop holds", "desktop", downloads);
}

async function joins({ page, base, shot }) {
  const robin = await shopper(base);
  const { items } = await robin.call("GET", "/v1/products?q=teapot");
  const { variants } = await robin.call("GET", `/v1/products/${items[0].slug}`);
  const { id: variant } = variants.find(({ available }) => available > 0);
  const { cart } = await robin.call("POST", "/v1/carts", {});
  await robin.call("POST", `/v1/carts/${cart.id}/lines`, { variant_id: variant, quantity: 2 });
  await fillBag(page, base);
  const chosen = await page.locator(".bag-line h3").innerText();
  assert.notEqual(chosen, items[0].title);
  await enter(page, base, robin, { at: "/cart" });
  const lines = page.locator(".bag-line");
  assert.equal(await lines.count(), 2, "the bags are not one");
  assert.equal(await lines.filter({ hasText: items[0].title }).locator("input[name=quantity]").inputValue(), "2");
  assert.equal(await lines.filter({ hasText: chosen }).locator("input[name=quantity]").inputValue(), "1");
  await checkPage(page, "two bags in one");
  await shot("merged-bag");
}

const code = (scripted) => async ({ page, base }) => {
  await fillBag(page, base, { scripted });
  const total = page.locator(".panel .sums-total");
  const full = await total.innerText();
  await page.locator("#code").fill("welcome10");
  await page.locator("#code").press("Enter");
  await page.locator(".bag-code .code", { hasText: "WELCOME10" }).waitFor();
  assert.notEqual(await total.innerText(), full, "the code takes nothing off");
  await page.locator(".bag-code button", { hasText: "Remove" }).click();
  await page.locator(".bag-code .code").waitFor({ state: "detached" });
  assert.equal(await total.innerText(), full);
};

async function sendsBack({ page, base, shot }) {
  const robin = await shopper(base);
  const { order } = await arrivedOrder(base, robin);
  await enter(page, base, robin, { at: "/account" });
  await page.goto(`${base}/orders/${order.id}`);
  await page.getByRole("button", { name: "Send something back" }).click();
  await page.locator("dialog input[type=number]").fill("1");
  await page.locator("dialog").getByLabel("Why").selectOption("damaged");
  await checkPage(page, "what goes back");
  await page.getByRole("button", { name: "Ask to send it back" }).click();
  await page.getByRole("heading", { name: "Going back" }).waitFor();
  const asked = ({ returns }) => returns.length === 1 && returns[0].state === "requested";
  await until(() => robin.call("GET", `/v1/orders/${order.id}`), asked);
  await checkPage(page, "an order of which something goes back");
  await shot("order-return");
  const more = page.getByRole("button", { name: "Send something back" });
  assert.equal(await more.count(), 0, "all of it is on its way back");
  await page.getByRole("button", { name: "Keep it after all" }).click();
  await more.waitFor();
  const given = ({ returns }) => returns[0].state === "canceled";
  await until(() => robin.call("GET", `/v1/orders/${order.id}`), given);
}

async function downloads({ page, base }) {
  const robin = await shopper(base);
  await enter(page, base, robin, { at: "/account" });
  await page.getByRole("button", { name: "Gather my data" }).click();
  await until(() => robin.call("GET", "/v1/me/export"), ({ status }) => status === "ready");
  await page.goto(`${base}/account`);
  await forgetPassword(page, "**/v1/me/export/archive");
  await page.getByRole("button", { name: "Download" }).click();
  await page.locator("#step-up").fill(robin.password);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("dialog").getByRole("button", { name: "Confirm" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "amazoff-data.zip");
  const bytes = await readFile(await file.path());
  assert.equal(bytes.subarray(0, 2).toString(), "PK", "it is no archive");
}
