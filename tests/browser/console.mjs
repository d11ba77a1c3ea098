// What operators do.
import assert from "node:assert/strict";

import { OWNER, asGuest, confirm, key, logIn, password } from "./console-steps.mjs";
import { trouble } from "./console-trouble.mjs";
import { checkOut, checkPage, fillBag, followOrder } from "./steps.mjs";

const PAGES = {
  "": "overview",
  "/tree": "supervision",
  "/entities": "entities",
  "/processes": "processes",
  "/processes/projections": "projections",
  "/processes/reconciliations": "reconciliations",
  "/processes/strays": "strays",
  "/trouble": "quarantine",
  "/trouble/dead-letters": "dead-letters",
  "/trouble/discarded": "discarded",
  "/trouble/outbox": "outbox",
  "/limits": "limits",
  "/limits/runtime": "runtime",
  "/audit": "audit",
};

/** Adds the tests of the ops console. */
export function opsConsole(test) {
  for (const size of ["desktop", "phone"]) {
    test(`every page of the console can be used by everybody (console, ${size})`, size, everyPage);
    test(`an operator travels through the history of a guest's order (console, ${size})`, size, travels);
  }
  test("an injected crash and its restart are seen as they happen (console)", "desktop", seesCrash);
  test("a part is killed and comes back on the page (console)", "desktop", seesKill);
  trouble(test);
  test("limits are changed, and refused at their field (console)", "desktop", limits);
  test("who comes with an old log-in shows the password before something is killed (console)", "desktop", shows);
  test("the audit trail tells what was done, and is whole (console)", "desktop", audited);
  test("a rebuild and a comparison of payments are begun (console)", "desktop", works);
  test("the tree is walked with the keyboard (console)", "desktop", walks);
  test("a shopper is not let into the console (console)", "desktop", refused);
}

/** A new cart; `repeat` asks for the same one again. */
function newCart(request, base, name = key()) {
  return request.post(`${base}/v1/carts`, { data: {}, headers: { "Idempotency-Key": name } });
}

/** Remembers the document, to know later that it was not loaded again. */
async function stays(page) {
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  return async () => assert.ok(await page.evaluate(() => window.sameDocument === true), "the page was loaded again");
}

async function everyPage({ page, base, shot }) {
  await logIn(page, base);
  for (const [path, name] of Object.entries(PAGES)) {
    await page.goto(`${base}/console${path}`);
    await page.locator("main:not([aria-busy]) h1").waitFor();
    await checkPage(page, name);
    await shot(`console-${name}`);
  }
  await page.goto(`${base}/console`);
  const requests = page.locator(".chart-now").first();
  await requests.filter({ hasText: /\d/ }).waitFor();
  await page.locator(".state", { hasText: "Every part runs" }).waitFor();
  await page.locator(".log a", { hasText: "shop/cart" }).first().waitFor({ state: "attached" });
}

async function travels({ page, base, shot }) {
  const order = await asGuest(page, async (guest) => {
    await fillBag(guest, base);
    await checkOut(guest, base, "tok_ok");
    await followOrder(guest);
    return new URL(guest.url()).pathname.split("/").pop();
  });
  await logIn(page, base, "/console/entities");
  await page.locator("#find").fill("ord_nothing");
  await page.locator("#find").press("Enter");
  await page.locator("#find-fault", { hasText: "There is no such entity" }).waitFor();
  await page.locator("#find").fill(`${base}/orders/${order}`);
  await page.locator("#find").press("Enter");
  await page.waitForURL(/\/console\/entities\/order_/);
  const where = page.locator(".where b");
  const newest = Number((await where.textContent()).split(" of ")[1]);
  assert.ok(newest >= 4, `only ${newest} events`);

  const state = page.locator(".state-tree");
  const payment = async () => {
    const marked = await state
      .locator(":text('authorized'), :text('pending'), :text('paid'), :text('none')")
      .allTextContents();
    return marked.join(" ");
  };
  await page.locator(".change", { hasText: "/axes/payment" }).waitFor();
  assert.match(await page.locator(".change", { hasText: "/axes/payment" }).textContent(), /authorized.*paid/);
  await checkPage(page, "an order's newest state");
  await shot("console-order-newest");
  const last = await payment();

  // Back with the keyboard, from wherever the focus is.
  await page.locator("main").press("ArrowLeft");
  await where.filter({ hasText: `${newest - 1} of ${newest}` }).waitFor();
  await page.getByRole("heading", { name: `State after ${newest - 1} events` }).waitFor();
  assert.notEqual(await payment(), last, "the state is the same one event before");
  assert.equal(new URL(page.url()).searchParams.get("seq"), String(newest - 1));

  // A colleague gets the address, and sees the same.
  await page.reload();
  await where.filter({ hasText: `${newest - 1} of ${newest}` }).waitFor();
  await page.locator("#slider").focus();
  await page.locator("#slider").press("Home");
  await page.getByRole("heading", { name: "State before the first event" }).waitFor();
  await page.locator("#slider").press("ArrowRight");
  await page.locator(".change-kind", { hasText: "Added" }).first().waitFor();
  await page.locator(".moment dd", { hasText: /^checkout_[0-9a-f]{32} at \d+$/ }).waitFor();
  await page.locator(".moment dd", { hasText: "the shop itself" }).waitFor();
  await page.getByText("The command, and what today's code would do").click();
  await page.getByText("Today's code decides what was decided then.").waitFor();
  await checkPage(page, "an order's first event");
  await shot("console-order-first");

  await page.getByRole("link", { name: "Everything that followed from it, in order" }).click();
  await page.getByRole("heading", { name: "What followed" }).waitFor();
  const events = page.locator("tbody tr");
  assert.ok((await events.filter({ hasText: "payment_" }).count()) >= 2, "the payment is not among what followed");
  await checkPage(page, "what followed from a request");
  await shot("console-causes");
  await events.filter({ hasText: "payment_" }).first().locator("a.code").first().click();
  await page.getByRole("heading", { name: "Payment", exact: true }).waitFor();
}

async function seesCrash({ page, base, shot }) {
  await logIn(page, base, "/console/tree");
  const same = await stays(page);
  const carts = page.locator("[data-path='shop/cart']");
  await carts.locator(".badge", { hasText: "Running" }).waitFor();
  const before = Number.parseInt((await carts.locator(".node-restarts").textContent()) || "0", 10);
  await page.locator("#break-kind").selectOption("cart");
  await page.locator("#break-times").fill("1");
  await page.getByRole("button", { name: "Arm it" }).click();
  await page.locator("[data-toast]", { hasText: "Armed" }).waitFor();
  await asGuest(page, async (guest, request) => {
    const name = key();
    assert.equal((await newCart(request, base, name)).status(), 503, "the armed command did not crash");
    await page.locator(".log-bad", { hasText: "had an entity crash, it comes back at once" }).first().waitFor();
    await page.locator("[data-path='shop/cart'].node-struck, [data-path='shop/cart'].node-back").waitFor();
    await carts.locator(".node-restarts", { hasText: `${before + 1} within` }).waitFor();
    await carts.locator(".node-error", { hasText: "injected panic in cart_" }).waitFor();
    await shot("console-crash");
    assert.equal((await newCart(request, base, name)).status(), 201, "the cart did not come back");
    assert.equal((await guest.goto(base)).status(), 200);
  });
  const probe = await page.locator("[data-probe]", { hasText: "a panic was armed in cart" }).textContent();
  const [, answered, asked] = /answered (\d+) of (\d+) times/.exec(probe);
  assert.equal(answered, asked, probe);
  await carts.locator(".badge", { hasText: "Running" }).waitFor();
  await same();
}

async function seesKill({ page, base, shot, expects }) {
  // The panel of faults asks whether shoppers are served: not while there is no search.
  expects("/v1/products?limit=1");
  await logIn(page, base, "/console/tree");
  const same = await stays(page);
  const search = page.locator("[data-path='compute/search']");
  await search.click();
  await page.locator(".node-detail").getByRole("button", { name: "Kill" }).click();
  await confirm(page, "Kill search");
  await search.locator(".node-restarts", { hasText: "1×" }).waitFor();
  await page.locator(".node-detail .log li", { hasText: "runs again" }).first().waitFor();
  await search.locator(".badge", { hasText: "Running" }).waitFor();
  await page.locator(".node-detail").getByRole("button", { name: "Halt" }).click();
  await confirm(page, "Halt search");
  await search.locator(".badge", { hasText: "Halted" }).waitFor();
  await checkPage(page, "the tree with a halted part");
  await shot("console-halted");
  await page.locator(".node-detail").getByRole("button", { name: "Restart" }).click();
  await confirm(page, "Restart search");
  await search.locator(".badge", { hasText: "Running" }).waitFor();
  await same();
  await page.locator("[data-path='shop/user']").click();
  await page.locator(".node-detail").getByRole("button", { name: "Halt" }).click();
  await confirm(page, "Halt user");
  await page.locator("[data-toast] [role=alert]").waitFor();
  await page.locator("[data-path='shop/user'] .badge", { hasText: "Running" }).waitFor();
}

async function shows({ page, base, shot }) {
  await logIn(page, base, "/console/tree?node=compute/images");
  // A log-in grows old only after a quarter of an hour: the first answer stands in for that, the rest is the shop's.
  const old = { title: "Step-up required", status: 403, code: "step-up-required" };
  const answer = { status: 403, contentType: "application/problem+json", body: JSON.stringify(old) };
  await page.route("**/ops/v1/tree/kill", (route) => route.fulfill(answer), { times: 1 });
  await page.locator(".node-detail h2", { hasText: "compute/images" }).waitFor();
  await page.locator(".node-detail").getByRole("button", { name: "Kill" }).click();
  await page.locator("dialog").getByRole("button", { name: "Kill images" }).click();
  await page.locator("#step-up").fill("not the password");
  await page.locator("dialog").getByRole("button", { name: "Confirm" }).click();
  await page.locator("dialog .field-error", { hasText: "That is not it." }).waitFor();
  await checkPage(page, "the question for the password");
  await shot("console-password");
  await page.locator("#step-up").fill(OWNER.password);
  await page.locator("dialog").getByRole("button", { name: "Confirm" }).click();
  await page.locator("[data-path='compute/images'] .node-restarts", { hasText: "1×" }).waitFor();
}

async function limits({ page, base, shot }) {
  await logIn(page, base, "/console/limits");
  const form = page.locator("form", { has: page.locator("#runtime-loads_max") });
  const field = page.locator("#runtime-loads_max");
  const before = await field.inputValue();
  const change = async (value) => {
    await field.fill(value);
    await form.getByRole("button", { name: "Change" }).click();
  };
  await change("0");
  await password(page, page.locator("#runtime-loads_max-fault", { hasText: /./ }));
  await page.locator("#runtime-loads_max-fault", { hasText: "must be at least 1" }).waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await checkPage(page, "refused limits");
  await shot("console-limits-refused");
  await change("many");
  await page.locator("#runtime-loads_max-fault", { hasText: /./ }).waitFor();
  await change("65");
  await page.locator("[data-toast]", { hasText: "It counts from now on" }).waitFor();
  assert.equal(await page.locator("#runtime-loads_max-fault").textContent(), "");
  await page.reload();
  await page.locator("#runtime-loads_max").waitFor();
  assert.equal(await field.inputValue(), "65");
  await page.locator("#limit-domain").selectOption("order");
  const passivate = page.locator("#order-passivate_after_ms");
  await passivate.fill("1");
  await page.locator("form", { has: passivate }).getByRole("button", { name: "Change" }).click();
  await password(page, page.locator("#order-passivate_after_ms-fault", { hasText: /./ }));
  await page.locator("#order-passivate_after_ms-fault", { hasText: "must not be below" }).waitFor();
  await change(before);
  await page.locator("[data-toast]", { hasText: "It counts from now on" }).waitFor();
}

async function audited({ page, base }) {
  await logIn(page, base, "/console/limits");
  const field = page.locator("#cart-queue_depth_max");
  await field.fill("1025");
  await page.locator("form", { has: field }).getByRole("button", { name: "Change" }).click();
  await password(page);
  await page.locator("[data-toast]", { hasText: "It counts from now on" }).waitFor();
  await page.getByRole("link", { name: "Audit trail" }).click();
  const entry = page.locator("tbody tr").first();
  await entry.filter({ hasText: "queue_depth_max" }).waitFor();
  assert.match(await entry.textContent(), /limits change.*cart.*1025/);
  await page.getByRole("button", { name: "Verify the trail" }).click();
  await page.locator(".verdict-good", { hasText: "The trail is whole" }).waitFor();
  await checkPage(page, "the audit trail");
}

async function works({ page, base, shot }) {
  await logIn(page, base, "/console/processes/projections");
  const orders = page.locator("tr", { has: page.locator("b", { hasText: /^orders$/ }) });
  const generation = Number.parseInt(await orders.locator("td").nth(4).textContent(), 10);
  await orders.getByRole("button", { name: "Rebuild orders" }).click();
  await confirm(page, "Rebuild orders");
  await orders.locator("td", { hasText: new RegExp(`^${generation + 1} \\(`) }).waitFor();
  await orders.locator(".badge", { hasText: "Follows" }).waitFor();
  await page.getByRole("link", { name: "Reconciliations" }).click();
  await page.getByRole("button", { name: "Compare now" }).click();
  await page.waitForURL(/\/console\/processes\/reconciliations\/rec_/);
  await page.getByRole("heading", { name: "What does not fit" }).waitFor();
  await checkPage(page, "a report");
  await shot("console-report");
}

async function walks({ page, base }) {
  await logIn(page, base, "/console/tree");
  const here = () => page.evaluate(() => document.activeElement.dataset.path);
  await page.locator("[data-path='shop']").focus();
  await page.keyboard.press("ArrowLeft");
  await page.locator("[data-path='shop/cart']").waitFor({ state: "hidden" });
  await page.keyboard.press("ArrowDown");
  assert.equal(await here(), "edge");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.locator("[data-path='shop/cart']").waitFor();
  await page.keyboard.press("ArrowRight");
  assert.match(await here(), /^shop\/./);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await here(), "shop");
  await page.keyboard.press("Home");
  assert.equal(await here(), "");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.locator(".node-detail h2:focus").waitFor();
  assert.match(page.url(), /node=edge%2F/);
}

async function refused({ page, base, shot }) {
  await page.goto(`${base}/register`);
  await page.locator("main #email").fill("not-an-operator@example.com");
  await page.locator("main #name").fill("Nora Nobody");
  await page.locator("main #password").fill("a perfectly long password");
  await page.locator("form[action='/register'] button[type=submit]").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/register"));
  const answer = await page.goto(`${base}/console/tree`);
  assert.equal(answer.status(), 403);
  assert.equal(await page.locator(".nodes").count(), 0);
  await checkPage(page, "the refusal");
  await shot("console-refused");
}
