"""The shop as its own people use it: brings it into the states in which an operation can succeed."""

import hashlib
import hmac
import json
import re
import time
import uuid
from pathlib import Path

import requests

# The sandbox signs with a secret that everybody may know.
SANDBOX_SECRET = b"sandbox-webhook-secret"
PASSWORD = "correct horse battery"
ADDRESS = {"line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
TERMS = {"currencies": "currencies", "rounding": "rounding", "capture": "capture"}


class Away(Exception):
    """The shop did not do what was asked of it; the caller goes on without."""


class Shop:
    def __init__(self, url, who, mails):
        self.url, self.who, self.mails, self.http = url, who, Path(mails), requests.Session()
        self.tokens = self.log_in()
        self.shelf = self.products()
        self.book = self.get("/admin/v1/pricebook")
        self.limits = self.get("/ops/v1/limits")

    def log_in(self):
        return requests.post(f"{self.url}/v1/auth/login", json=self.who, timeout=15).json()

    def ask(self, method, path, body=None):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if path.startswith(("/admin/v1/orders", "/admin/v1/products", "/admin/v1/categories", "/admin/v1/order-filters")):
            headers["If-Match"] = "*"

        def send():
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
            return self.http.request(method, self.url + path, json=body, headers=headers, timeout=15)

        try:
            answer = send()
        except requests.ConnectionError:
            # It was kept for longer than the shop keeps connections without use; the key makes the repeat safe.
            answer = send()
        if answer.status_code == 401:
            self.tokens = self.log_in()
            answer = send()
        return answer

    def done(self, method, path, body=None):
        answer = self.ask(method, path, body)
        if not answer.ok:
            raise Away(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.content else None

    def get(self, path):
        return self.done("GET", path)

    def post(self, path, body=None):
        return self.done("POST", path, body if body is not None else {})

    def products(self):
        listed = self.get("/v1/products?limit=5")["items"]
        return [self.get(f"/v1/products/{card['id']}") for card in listed]

    def variant(self):
        return self.shelf[0]["variants"][0]["id"]

    def stocked(self):
        """A variant that can be had, whatever was bought or corrected before."""
        variant = self.variant()
        levels = self.get(f"/admin/v1/stock/{variant}?limit=1")["levels"]
        if levels["available"] < 50:
            self.post(f"/admin/v1/stock/{variant}/receive", {"quantity": 1000})
        return variant

    def category(self):
        """A category that nothing is in; where there are many, the older ones are removed first."""
        known = [of["slug"] for of in self.get("/admin/v1/categories")["items"] if of["slug"].startswith("judge-")]
        for slug in known if len(known) > 20 else []:
            self.ask("DELETE", f"/admin/v1/categories/{slug}")
        slug = f"judge-{uuid.uuid4().hex}"
        self.done("PUT", f"/admin/v1/categories/{slug}", {"title": "A judge's"})
        return slug

    def order_filter(self):
        """A saved filter; where there are many, the older ones are removed first."""
        known = [of["name"] for of in self.get("/admin/v1/order-filters")["items"]]
        for name in known if len(known) > 20 else []:
            self.ask("DELETE", f"/admin/v1/order-filters/{name}")
        name = f"judge-{uuid.uuid4().hex}"
        self.done("PUT", f"/admin/v1/order-filters/{name}", {"title": "A judge's"})
        return name

    def draft(self):
        """What a new product is drafted with."""
        name = uuid.uuid4().hex
        price = {"amount": 1999, "currency": "EUR"}
        variants = [{"sku": f"{name}-{number}", "price": price} for number in (1, 2)]
        return {"slug": f"judge-{name}", "title": "A judge's", "category": "home-kitchen", "brand": "Judge", "variants": variants}

    def drafted(self):
        """A product that is there for one request."""
        return self.post("/admin/v1/products", self.draft())

    def key(self):
        """An API key; where there are many, the older ones are withdrawn first."""
        for known in self.get("/v1/me/api-keys")["items"][:-10]:
            self.done("DELETE", f"/v1/me/api-keys/{known['id']}")
        wanted = {"name": "a judge's", "roles": [], "access": "read", "days": 1}
        return self.post("/v1/me/api-keys", wanted)["id"]

    # People.

    def somebody(self):
        """A person who is there for one request."""
        new = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD, "name": "Ann"}
        answer = requests.post(f"{self.url}/v1/auth/register", json=new, headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=15)
        if not answer.ok:
            raise Away(f"register: {answer.status_code} {answer.text[:200]}")
        return {**answer.json(), "email": new["email"]}

    def link(self, to, page):
        """The secret of the link to a page in the mail to an address."""
        for _ in range(500):
            for file in sorted(self.mails.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)[:5]:
                text = file.read_text(encoding="utf-8").replace("=\n", "").replace("=3D", "=")
                found = re.search(rf"/{page}\?token=(ml_[0-9A-Za-z._-]+)", text)
                if found and to in text:
                    return found[1]
            time.sleep(0.01)
        raise Away(f"no mail to {to}")

    def unconfirmed(self):
        return self.link(self.somebody()["email"], "confirm-email")

    def forgotten(self):
        email = self.somebody()["email"]
        requests.post(f"{self.url}/v1/auth/password-reset", json={"email": email}, timeout=15)
        return self.link(email, "new-password")

    def unsubscribe(self):
        """The token of a letter about an order of the owner's."""
        self.bought()
        for _ in range(500):
            for file in sorted(self.mails.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)[:20]:
                found = re.search(r"/v1/unsubscribe/(un_[0-9a-z_.]+)", file.read_text(encoding="utf-8"))
                if found:
                    return found[1]
            time.sleep(0.01)
        raise Away("no letter about an order")

    def endpoint(self):
        """A new endpoint on which nobody listens; where there are many, the older ones are deleted first."""
        endpoints = sorted(self.get("/admin/v1/webhook-endpoints")["items"], key=lambda known: known["created_at"])
        for known in endpoints[:-10]:
            self.done("DELETE", f"/admin/v1/webhook-endpoints/{known['id']}")
        wanted = {"url": "http://127.0.0.1:9/hooks", "events": ["order.canceled"]}
        return self.post("/admin/v1/webhook-endpoints", wanted)["id"]

    def sent_event(self):
        endpoint = self.endpoint()
        return endpoint, self.post(f"/admin/v1/webhook-endpoints/{endpoint}/test")["message_id"]

    def saved_address(self):
        """An address that is kept; where there are many, the older ones are removed first."""
        for known in self.get("/v1/me/addresses")["items"][:-5]:
            self.done("DELETE", f"/v1/me/addresses/{known['id']}")
        who = {"email": "ann@example.org", "name": "Ann Other", "address": ADDRESS}
        return self.post("/v1/me/addresses", {"recipient": who})["id"]

    def exported(self):
        """Makes an archive of the owner ready to be downloaded; it is for an hour."""
        self.post("/v1/me/export")

    def session(self):
        """A session of the owner that nobody uses."""
        self.log_in()
        return self.get("/v1/me/sessions")["items"][0]["id"]

    # Carts and orders.

    def cart(self):
        return self.post("/v1/carts", {"currency": "EUR"})["cart"]

    def filled(self):
        cart = self.cart()
        line = {"variant_id": self.stocked(), "quantity": 3}
        return self.post(f"/v1/carts/{cart['id']}/lines", line)

    def button(self, cart, token="tok_ok"):
        return {
            "expected_total": cart["totals"]["total"],
            "email": "ann@example.org",
            "name": "Ann Other",
            "address": ADDRESS,
            "payment": {"provider": "sandbox", "token": token},
        }

    def bought(self, token="tok_ok", status="paid"):
        cart = self.filled()
        # The address may change the price: say it first, and agree to what the cart then costs.
        who = {"email": "ann@example.org", "name": "Ann Other", "address": ADDRESS}
        cart = self.done("PUT", f"/v1/carts/{cart['id']}/address", who)
        answer = self.post(f"/v1/carts/{cart['id']}/complete", self.button(cart, token))
        order = answer.get("order_id") or answer["id"]
        return self.until(order, lambda shown: shown["payment_status"] == status)

    def until(self, order, is_so):
        for _ in range(100):
            answer = self.ask("GET", f"/v1/orders/{order}")
            if answer.ok and is_so(answer.json()):
                return answer.json()
            time.sleep(0.01)
        raise Away(f"{order} did not become so")

    def asked(self):
        """A payment about which the bank asks."""
        cart = self.filled()
        return self.post(f"/v1/carts/{cart['id']}/complete", self.button(cart, "tok_action"))["payment_id"]

    def pieces(self, order, quantity=1):
        return [{"line_id": order["lines"][0]["id"], "quantity": quantity}]

    def packed(self):
        order = self.bought()
        return self.post(f"/admin/v1/orders/{order['id']}/pack", {"lines": self.pieces(order)})

    def sent(self):
        order = self.packed()
        return self.post(f"/admin/v1/orders/{order['id']}/ship", {"shipment_id": order["shipments"][0]["id"]})

    def arrived(self):
        order = self.sent()
        return self.post(f"/admin/v1/orders/{order['id']}/deliver", {"shipment_id": order["shipments"][0]["id"]})

    def returning(self, approved=False):
        order = self.arrived()
        back = self.post(f"/v1/orders/{order['id']}/returns", {"lines": self.pieces(order), "reason": "other"})
        if approved:
            self.post(f"/admin/v1/orders/{order['id']}/returns/{back['returns'][0]['id']}/approve")
        return back

    # Reviews.

    def review(self, *judgements):
        """A review by somebody who is there for it, after what a moderator did with it; and the token of its author."""
        token = self.somebody()["access_token"]
        said = {"rating": 5, "title": "Good", "body": "It is good."}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        path = f"/v1/products/{self.shelf[0]['id']}/reviews"
        answer = requests.post(self.url + path, json=said, headers=headers, timeout=15)
        if not answer.ok:
            raise Away(f"review: {answer.status_code} {answer.text[:200]}")
        review = answer.json()["id"]
        for what, body in judgements:
            self.post(f"/admin/v1/reviews/{review}/{what}", body)
        return review, token

    def published(self):
        return self.review(("approve", {"revision": 1}))[0]

    def removed(self):
        return self.review(("approve", {"revision": 1}), ("remove", {"reason": "fake"}))[0]

    # The back office.

    def promotion(self):
        new = {"title": "Of a judge", "trigger": "coupon", "kind": {"percentage": {"rate": 10000}}}
        return self.post("/admin/v1/promotions", new)["id"]

    def coupon(self):
        code = f"JUDGE-{uuid.uuid4().hex[:20].upper()}"
        return self.post("/admin/v1/coupons", {"code": code, "promotion_id": self.promotion()})["code"]

    def region(self):
        name = f"judge-{uuid.uuid4().hex[:8]}"
        known = {key: value for key, value in self.book["regions"][0].items() if key != "id"}
        self.done("PUT", f"/admin/v1/pricebook/regions/{name}", known)
        return name

    def method(self):
        name = f"judge-{uuid.uuid4().hex[:8]}"
        known = {key: value for key, value in self.book["shipping_methods"][0].items() if key != "id"}
        self.done("PUT", f"/admin/v1/pricebook/shipping-methods/{name}", known)
        return name

    def restore_book(self):
        """Prices as in the beginning, so that what comes next can be bought."""
        then = self.book
        for path, member in TERMS.items():
            self.ask("PUT", f"/admin/v1/pricebook/{path}", {member: then[member]})
        for part, path in (("regions", "regions"), ("shipping_methods", "shipping-methods")):
            for thing in then[part]:
                body = {key: value for key, value in thing.items() if key != "id"}
                self.ask("PUT", f"/admin/v1/pricebook/{path}/{thing['id']}", body)
        self.ask("PUT", "/admin/v1/pricebook/default-region", {"region": then["default_region"]})
        now = self.get("/admin/v1/pricebook")
        for part, path in (("regions", "regions"), ("shipping_methods", "shipping-methods")):
            kept = {thing["id"] for thing in then[part]}
            for thing in now[part]:
                if thing["id"] not in kept:
                    self.ask("DELETE", f"/admin/v1/pricebook/{path}/{thing['id']}")

    # The machinery.

    def restore_limits(self):
        self.ask("PATCH", "/ops/v1/limits/runtime", self.limits["runtime"])
        for kind, limits in self.limits["domains"].items():
            self.ask("PATCH", f"/ops/v1/limits/domains/{kind}", limits)

    def restore_tree(self, path):
        self.ask("POST", "/ops/v1/tree/restart", {"path": path})
        group, part = path.split("/")
        for _ in range(200):
            if self.ask("GET", "/health").json()["parts"][group][part] == "running":
                return
            time.sleep(0.01)

    def idle(self):
        """An entity that is in memory with nothing to do."""
        entity = self.variant()
        self.get(f"/ops/v1/entities/{entity}")
        return entity

    def report(self):
        return self.post("/ops/v1/reconciliations")["id"]

    def correlation(self):
        return self.get(f"/ops/v1/entities/{self.bought()['id']}")["history"][0]["correlation"]

    def message(self):
        """What the sandbox would tell of a payment, and its signature."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        payment = self.asked()
        body = json.dumps({"id": uuid.uuid4().hex, "type": "payment.changed", "at": at, "payment": payment}).encode()
        seconds = int(time.time())
        tag = hmac.new(SANDBOX_SECRET, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        return body, f"t={seconds},v1={tag}"
