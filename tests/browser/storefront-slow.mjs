// What shoppers do while the shop has not answered yet: on slow networks, in several tabs.
import assert from "node:assert/strict";

import { until } from "./api.mjs";
import { enter, shopper } from "./office-steps.mjs";
import { ADD, fillBag } from "./steps.mjs";

/** Adds the tests. */
export function storefrontSlow(test) {
  test("two lines are changed at once, and both changes count", "desktop", changesTwo);
  test("a line that is changed again before its answer has what was typed last", "phone", changesAgain);
  test("another choice after a lost answer is another wish", "phone", choosesAgain);
  test("whoever types on gets suggestions for all of it", "desktop", typesOn);
  test("a tab that nobody sees leaves its connection to others", "desktop", hides);
}

/** Holds the first request to a path until it is let go. */
async function held(page, path) {
  let letGo;
  const wait = new Promise((resolve) => {
    letGo = resolve;
  });
  const hold = async (route) => {
    await wait;
    await route.continue().catch(() => {}); // unless nobody wants it any more
  };
  await page.route(path, hold, { times: 1 });
  return letGo;
}

async function changesTwo({ page, base }) {
  for (const n of [0, 1]) {
    await page.goto(`${base}/?sort=name`);
    await page.locator(".grid .card h3 a").nth(n).click();
    await page.locator(ADD).click();
    await page.locator("[data-drawer] .bag-line").nth(n).waitFor();
  }
  await page.goto(`${base}/cart`);
  await page.locator("html.ready").waitFor();
  const fields = page.locator("main input[name=quantity]");
  const letGo = await held(page, "**/cart/lines/*");
  const [first] = await Promise.all([page.waitForRequest(isChange), changed(fields.nth(0), "2")]);
  await changed(fields.nth(1), "3");
  const second = page.waitForRequest((request) => isChange(request) && request.url() !== first.url());
  letGo();
  await (await second).response();
  await counts(page, "5");
  assert.deepEqual([await fields.nth(0).inputValue(), await fields.nth(1).inputValue()], ["2", "3"]);
  await page.reload();
  await counts(page, "5");
}

async function changesAgain({ page, base }) {
  await fillBag(page, base);
  await page.locator("html.ready").waitFor();
  const field = page.locator("main input[name=quantity]");
  const letGo = await held(page, "**/cart/lines/*");
  await Promise.all([page.waitForRequest(isChange), changed(field, "2")]);
  await changed(field, "4");
  letGo();
  await counts(page, "4");
  assert.equal(await field.inputValue(), "4");
}

function isChange(request) {
  return request.method() === "POST" && request.url().includes("/cart/lines/");
}

/** Waits until so many pieces are in the bag. */
function counts(page, wanted) {
  return until(() => page.locator(".bag-count").innerText(), (seen) => seen === wanted);
}

/** Types a quantity and leaves the field. */
async function changed(field, quantity) {
  await field.fill(quantity);
  await field.press("Tab");
}

async function choosesAgain({ page, base }) {
  await page.goto(`${base}/?sort=name`);
  await page.locator(".grid .card h3 a").first().click();
  const add = page.locator(ADD);
  await add.waitFor();
  await page.route("**/cart/lines", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await add.click();
  await page.locator("[data-toast] [role=alert]", { hasText: "The shop could not be reached." }).waitFor();
  await page.locator("#quantity").fill("2");
  await add.click();
  await page.locator("[data-drawer] .bag-line").waitFor();
  assert.equal(await page.locator("[data-drawer] input[name=quantity]").inputValue(), "3", "the second wish was dropped");
}

async function typesOn({ page, base }) {
  await page.goto(base);
  const field = page.locator("#q[role=combobox]");
  const asked = (q) => page.waitForRequest((request) => new URL(request.url()).searchParams.get("q") === q);
  const letGo = await held(page, "**/v1/search/suggestions?*");
  await Promise.all([asked("te"), field.pressSequentially("te")]);
  await Promise.all([asked("teap"), field.pressSequentially("ap")]);
  await page.locator("#suggestions [role=option]", { hasText: /teapot/i }).first().waitFor();
  letGo();
}

/** Over HTTP/1.1 browsers have six connections to a shop: a stream in each of six tabs would leave none. */
async function hides({ page, base }) {
  const robin = await shopper(base);
  await enter(page, base, robin, { at: "/" });
  await page.addInitScript(() => {
    window.streams = [];
    window.EventSource = class extends EventSource {
      constructor(...given) {
        super(...given);
        window.streams.push(this);
      }
    };
  });
  const streams = (wanted) =>
    page.waitForFunction(
      (states) => JSON.stringify(window.streams.map(({ readyState }) => readyState)) === states,
      JSON.stringify(wanted),
    );
  const [open, closed] = [1, 2];
  await page.goto(base);
  await streams([open]);
  const seen = (hidden) =>
    page.evaluate((now) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await seen(true);
  await streams([closed]);
  await seen(false);
  await streams([closed, open]);
}
