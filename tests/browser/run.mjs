// Browser tests against the real binary: `SHOP_BINARY=target/debug/amazoff node tests/browser/run.mjs [words of a test's name]`.
// The last line says how many passed and failed; pictures go to artifacts/.
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { opsConsole } from "./console.mjs";
import { office } from "./office.mjs";
import { startShop } from "./shop.mjs";
import { storefrontMore } from "./storefront-more.mjs";
import { storefrontPeople } from "./storefront-people.mjs";
import { storefrontSlow } from "./storefront-slow.mjs";
import { storefront } from "./storefront.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const artifacts = process.env.ARTIFACTS ?? path.join(here, "artifacts");
const binary = process.env.SHOP_BINARY ?? path.join(here, "../../target/debug/amazoff");
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 375, height: 812 } };

const tests = [];
const test = (name, size, run, options = {}) => tests.push({ name, size, run, options });

storefront(test);
storefrontMore(test);
storefrontPeople(test);
storefrontSlow(test);
office(test);
opsConsole(test);

/** In the page: has every picture loaded, also those that wait until somebody scrolls to them. */
async function allPictures() {
  const waiting = [...document.images].filter(({ complete }) => !complete);
  waiting.forEach((image) => {
    image.loading = "eager";
  });
  const loaded = waiting.map((image) => image.decode().catch(() => {}));
  await Promise.race([Promise.all(loaded), new Promise((resolve) => setTimeout(resolve, 10_000))]);
}

async function runOne(browser, shop, { name, size, run, options }) {
  const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  const expected = [];
  const expects = (path) => expected.push(shop.base + path);
  page.on("response", (response) => {
    const failed = response.status() >= 500 && !expected.includes(response.url());
    if (failed) faults.push(`${response.status()} ${response.url()}`);
  });
  const slug = name.replace(/[^a-z0-9]+/gi, "-");
  const shot = async (label) => {
    await page.evaluate(allPictures);
    await page.screenshot({ path: path.join(artifacts, `${size}-${label}.png`), fullPage: true, animations: "disabled" });
  };
  try {
    await run({ page, base: shop.base, shot, expects });
    assert.deepEqual(faults, [], "faults in the browser");
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    await page.screenshot({ path: path.join(artifacts, `failed-${slug}.png`) }).catch(() => {});
    console.log(`FAILED  ${name}\n${error.stack}\n${faults.join("\n")}`);
    return false;
  } finally {
    await context.close();
  }
}

rmSync(artifacts, { recursive: true, force: true });
mkdirSync(artifacts, { recursive: true });
// Slow enough that a person, or a test, sees the order move.
const shop = await startShop(binary, { AMAZOFF_SANDBOX_LATENCY_MS: "900", AMAZOFF_WEBHOOKS_HERE: "on" });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const wanted = process.argv.slice(2).join(" ");
const chosen = tests.filter(({ name }) => name.includes(wanted));
let passed = 0;
try {
  for (const one of chosen) {
    if (await runOne(browser, shop, one)) passed += 1;
  }
} finally {
  await browser.close();
  if (passed < chosen.length) console.log(shop.tail());
  await shop.stop();
}
console.log(`${passed} passed, ${chosen.length - passed} failed`);
process.exitCode = passed === chosen.length && passed > 0 ? 0 : 1;
