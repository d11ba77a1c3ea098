// What operators do about commands that crash and letters that nobody takes.
import assert from "node:assert/strict";

import { buy, until } from "./api.mjs";
import { asGuest, confirm, logIn } from "./console-steps.mjs";
import { shopper } from "./office-steps.mjs";
import { checkOut, checkPage, fillBag } from "./steps.mjs";

const HOME = { line1: "1 Long Lane", postal_code: "10115", city: "Berlin", country: "DE" };

/** Adds the tests. */
export function trouble(test) {
  test(
    "a quarantined command and a dead letter are retried, and the shopper's order goes on (console)",
    "desktop",
    mends,
  );
  test("a command and a letter that nobody needs are given up (console)", "desktop", givesUp);
  test("an entity leaves memory, and its actor is killed (console)", "desktop", endsActor);
}

async function mends({ page, base, shot }) {
  await logIn(page, base, "/console/tree");
  await asGuest(page, async (guest) => {
    await fillBag(guest, base);
    await checkOut(guest, base, "tok_ok");
    await guest.waitForURL(/\/orders\/ord_/);
    const order = new URL(guest.url()).pathname.split("/").pop();
    // Placed, and not paid yet: the next command to the order is the one that marks it paid.
    await guest.locator("#progress[data-stage=placed]").waitFor();
    await page.locator("#break-kind").selectOption("order");
    await page.locator("#break-id").fill(order);
    await page.locator("#break-times").fill("2");
    await page.getByRole("button", { name: "Arm it" }).click();
    await page.locator("[data-toast]", { hasText: "Armed" }).waitFor();

    await page.getByRole("link", { name: "Overview" }).click();
    await page.locator(".wrong-grave", { hasText: "in quarantine" }).waitFor();
    await page.locator(".wrong-grave", { hasText: "dead letter" }).waitFor();
    await checkPage(page, "the overview in trouble");
    await shot("console-trouble");
    await page.goto(`${base}/console/processes`);
    await page.locator("tr", { hasText: order }).locator(".badge", { hasText: "Stuck" }).waitFor();
    await checkPage(page, "a stuck checkout");

    await page.goto(`${base}/console/trouble`);
    const crash = page.locator("article", { hasText: `injected panic in order_${order.slice(4)}` });
    await crash.getByRole("button", { name: "What would it do today?" }).click();
    await crash.locator(".badge", { hasText: "Accepted" }).waitFor();
    await checkPage(page, "the quarantine");
    await shot("console-quarantine");
    await crash.getByRole("button", { name: "Retry" }).click();
    await crash.waitFor({ state: "detached" });

    await page.getByRole("link", { name: "Dead letters", exact: true }).click();
    const letter = page.locator("article", { hasText: "the command is quarantined" });
    await letter.waitFor();
    await checkPage(page, "the dead letters");
    await shot("console-dead-letters");
    await letter.getByRole("button", { name: "Retry" }).click();
    await letter.waitFor({ state: "detached" });
    await guest.locator("#progress[data-stage=paid]").waitFor();
  });
  await page.goto(`${base}/console`);
  await page.getByText("Nothing needs you.").waitFor();
}

async function givesUp({ page, base, shot }) {
  const robin = await shopper(base);
  const inbox = `inbox_${robin.id.slice(4)}`;
  await logIn(page, base, "/console/tree");
  await page.locator("#break-kind").selectOption("inbox");
  await page.locator("#break-id").fill(inbox);
  await page.locator("#break-times").fill("2");
  await page.getByRole("button", { name: "Arm it" }).click();
  await page.locator("[data-toast]", { hasText: "Armed" }).waitFor();
  const { order } = await buy(robin, { q: "teapot" }); // its first notice crashes the inbox twice

  await page.goto(`${base}/console/trouble`);
  const crash = page.locator("article", { hasText: `injected panic in ${inbox}` });
  await crash.getByRole("button", { name: "Dismiss" }).click();
  await confirm(page, "Dismiss it");
  await crash.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Every command that ever crashed" }).click();
  await crash.locator(".badge", { hasText: "Dismissed" }).waitFor();
  assert.equal(await crash.getByRole("button", { name: /Retry|Dismiss/ }).count(), 0);

  await page.goto(`${base}/console/trouble/dead-letters`);
  const letter = page.locator("article", { hasText: `order_${order.id.slice(4)}` });
  await letter.getByRole("button", { name: "Discard" }).click();
  await checkPage(page, "the question before a letter is given up");
  await confirm(page, "Discard it");
  await letter.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Discarded", exact: true }).click();
  await letter.waitFor();
  assert.equal(await letter.getByRole("button").count(), 0);
  await shot("console-discarded-letter");

  // What follows comes through.
  await until(
    () => robin.call("GET", "/v1/me/notifications"),
    ({ items }) => items.length > 0,
  );
  assert.equal((await robin.call("GET", `/v1/orders/${order.id}`)).payment_status, "paid");
  await page.goto(`${base}/console`);
  await page.getByText("Nothing needs you.").waitFor();
}

async function endsActor({ page, base }) {
  const robin = await shopper(base);
  const { cart } = await robin.call("POST", "/v1/carts", {});
  await logIn(page, base, `/console/entities/${cart.id}`);
  await page.getByRole("button", { name: "Passivate" }).click();
  await page.locator("[data-toast]", { hasText: "It has left memory." }).waitFor();
  await page.getByText("Not in memory; 1 events in the journal.").waitFor();
  await robin.call("GET", `/v1/carts/${cart.id}`);
  await page.getByText("Not in memory").waitFor({ state: "detached" });
  // Only a command gives it an actor again, and an idle one is taken away after a few seconds.
  const wake = () => {
    const body = { email: robin.email, name: "Robin Reader", address: HOME };
    return robin.call("PUT", `/v1/carts/${cart.id}/address`, body).catch(() => {});
  };
  await wake();
  const awake = setInterval(wake, 1_000);
  try {
    await page.getByRole("button", { name: "Kill" }).click();
    await confirm(page, "Kill its actor");
    await page.locator("[data-toast]", { hasText: "Its actor was ended." }).waitFor();
  } finally {
    clearInterval(awake);
  }
  assert.equal((await robin.call("GET", `/v1/carts/${cart.id}`)).id, cart.id);
}
