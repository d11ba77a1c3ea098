// Lighthouse over home, product and checkout of the real binary: `SHOP_BINARY=target/release/amazoff node tests/lighthouse/run.mjs`.
// Each page needs 95 of 100 in each category; the last line says how many passed and failed.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { startShop } from "../browser/shop.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const ENOUGH = 95;
/** What weighs most against a page, at most so many. */
const REASONS_MAX = 5;

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.env.SHOP_BINARY ?? path.join(here, "../../target/release/amazoff");

/** Puts something into a bag; answers the cookies that know it, and where the thing is. */
async function bag(base) {
  const { items } = await (await fetch(`${base}/v1/products?sort=name&limit=1`)).json();
  const { variants, slug } = await (await fetch(`${base}/v1/products/${items[0].slug}`)).json();
  const { id } = variants.find(({ available }) => available > 0);
  const form = new URLSearchParams({ key: crypto.randomUUID(), slug, variant_id: id, quantity: "1" });
  const put = await fetch(`${base}/cart/lines`, {
    method: "POST",
    redirect: "manual",
    headers: { Accept: "text/html", Origin: base },
    body: form,
  });
  const cookies = put.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (cookies.length === 0) throw new Error(`the bag stays empty: ${put.status} ${await put.text()}`);
  return { cookie: cookies.join("; "), product: `/products/${slug}` };
}

async function judge(url, { port, cookie }) {
  const { lhr } = await lighthouse(url, {
    port,
    onlyCategories: CATEGORIES,
    extraHeaders: { Cookie: cookie },
    logLevel: "error",
    output: "json",
  });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const given = CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]);
  const weak = CATEGORIES.flatMap((name) => lhr.categories[name].auditRefs)
    .map(({ id, weight }) => ({ id, weight, audit: lhr.audits[id] }))
    .filter(({ weight, audit }) => weight > 0 && audit.score !== null && audit.score < 1)
    .sort((one, other) => (1 - other.audit.score) * other.weight - (1 - one.audit.score) * one.weight)
    .slice(0, REASONS_MAX)
    .map(({ id, audit }) => `          ${id}: ${audit.displayValue ?? audit.title}`);
  return { given, weak };
}

const shop = await startShop(binary);
const chromium = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"],
});
let passed = 0;
let failed = 0;
try {
  const { cookie, product } = await bag(shop.base);
  for (const at of ["/", product, "/checkout"]) {
    const { given, weak } = await judge(`${shop.base}${at}`, { port: chromium.port, cookie });
    const good = given.every(([, score]) => score >= ENOUGH);
    if (good) passed += 1;
    else failed += 1;
    const scores = given.map(([name, score]) => `${name} ${score}`).join(", ");
    console.log([`${good ? "ok     " : "FAILED "} ${at}: ${scores}`, ...weak].join("\n"));
  }
} finally {
  chromium.kill();
  await shop.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
