// People who use the API instead of a page: what has to be there before somebody of the back office comes.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** Somebody with an account: `call(method, path, body)` in their name. */
export async function person(base, { email, name, password = "a perfectly long password", known = false }) {
  let token = null;
  const call = async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": randomUUID(),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  const form = known ? { email, password } : { email, name, password };
  const signed = await call("POST", known ? "/v1/auth/login" : "/v1/auth/register", form);
  token = signed.access_token;
  return { call, id: signed.user.id, email, password };
}

/** The owner of the shop. */
export function owner(base) {
  return person(base, { email: "owner@example.com", password: "an owner's long password", known: true });
}

/** A paid order of so many pieces of the first product that a search finds. */
export async function buy({ call, email }, { q, quantity = 1 }) {
  const { items } = await call("GET", `/v1/products?q=${encodeURIComponent(q)}`);
  const product = await call("GET", `/v1/products/${items[0].slug}`);
  const { cart } = await call("POST", "/v1/carts", {});
  const variant = product.variants.find(({ available }) => available >= quantity);
  await call("POST", `/v1/carts/${cart.id}/lines`, { variant_id: variant.id, quantity });
  const address = { line1: "1 Long Lane", postal_code: "10115", city: "Berlin", country: "DE" };
  const { totals } = await call("PUT", `/v1/carts/${cart.id}/address`, { address, email, name: "Robin Reader" });
  const payment = { provider: "sandbox", token: "tok_ok" };
  const answer = await call("POST", `/v1/carts/${cart.id}/complete`, { expected_total: totals.total, payment });
  const order = await until(
    () => call("GET", `/v1/orders/${answer.order_id ?? answer.id}`),
    ({ payment_status: state }) => state === "paid",
  );
  return { order, product };
}

/** Asks again until it is so. */
export async function until(ask, enough, limitMs = 30_000) {
  const limit = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    assert.ok(Date.now() < limit, `still ${JSON.stringify(answer).slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
