"""Who asks, when schemathesis asks, and with what: the owner of the shop, and things that are there.

A part of the requests that the document allows is sent as it was made up; in the others the ids, and what depends on them,
are of things that the owner has just brought into the right state, so that every operation also succeeds. Requests that
break the document are left alone. What was counted is written to the file that JUDGE_COUNTS names.
"""

import atexit
import json
import os
import random
import uuid

import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

from tests.judges.shop import PASSWORD, Away, Shop

WHO = {"email": os.environ["JUDGE_EMAIL"], "password": os.environ["JUDGE_PASSWORD"]}
SHOP = Shop(os.environ["JUDGE_URL"], WHO, os.environ["JUDGE_MAILS"])
CHANCE = random.Random(int(os.environ.get("JUDGES_SEED", "1")))
COUNTS = {}
# How many of the requests that the document allows are about things that are there.
REAL = 0.6
# A part of the machinery that nothing else of the judge needs.
SPARE = "shop/coupon"


def at(case, **ids):
    case.path_parameters.update(ids)


def cart_line(case):
    cart = SHOP.filled()
    at(case, cart_id=cart["id"], line_id=cart["lines"][0]["id"])


def complete(case):
    cart = SHOP.filled()
    at(case, cart_id=cart["id"])
    case.body = SHOP.button(cart)


def merge(case):
    at(case, cart_id=SHOP.filled()["id"])
    case.body = {"target": SHOP.filled()["id"]}


def apply_coupon(case):
    at(case, cart_id=SHOP.filled()["id"], code=SHOP.coupon())


def request_return(case):
    order = SHOP.arrived()
    at(case, order_id=order["id"])
    case.body = {**case.body, "lines": SHOP.pieces(order)}


def pay(case):
    at(case, order_id=SHOP.bought("tok_capture_decline", "failed")["id"])
    case.body = {"provider": "sandbox", "token": "tok_ok"}


def with_pieces(state, **more):
    def change(case):
        order = getattr(SHOP, state)()
        at(case, order_id=order["id"])
        case.body = {"lines": SHOP.pieces(order), **more}

    return change


def parcel(state):
    def change(case):
        order = getattr(SHOP, state)()
        at(case, order_id=order["id"])
        case.body = {"shipment_id": order["shipments"][0]["id"]}

    return change


def returned(approved=False, body=None):
    def change(case):
        order = SHOP.returning(approved)
        at(case, order_id=order["id"], return_id=order["returns"][0]["id"])
        if body:
            case.body = {"lines": [{**SHOP.pieces(order)[0], **body}]}

    return change


def refund(case):
    at(case, order_id=SHOP.bought()["id"])
    case.body = {"reason": case.body["reason"], "amount": {"amount": CHANCE.randint(1, 9), "currency": "EUR"}}


def adjust(case):
    variant = SHOP.stocked()
    at(case, variant_id=variant)
    on_hand = SHOP.get(f"/admin/v1/stock/{variant}?limit=1")["levels"]["on_hand"]
    case.body = {**case.body, "delta": CHANCE.choice([-1, 1, 7]), "expected_on_hand": on_hand}


def receive(case):
    at(case, variant_id=SHOP.variant())
    case.body = {"quantity": CHANCE.randint(1, 9)}


def issue(case):
    case.body = {"code": f"JUDGE-{uuid.uuid4().hex[:20]}", "promotion_id": SHOP.promotion()}


def put_method(case):
    case.body = {key: value for key, value in SHOP.book["shipping_methods"][0].items() if key != "id"}


def what_if(case):
    at(case, id=SHOP.variant())
    case.body = {"command": {"receive": {"quantity": 5}}}


def diff(case):
    at(case, id=SHOP.variant())
    case.query.update({"from": 0, "to": 1})


def webhook(case):
    at(case, provider="sandbox")


def person(case):
    case.body = WHO


def register(case):
    case.body = {"email": f"{uuid.uuid4().hex}@example.org", "password": "correct horse battery", "name": "Ann"}


def refresh(case):
    case.body = {"refresh_token": SHOP.log_in()["refresh_token"]}


def in_the_name_of(case, token):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


def submit(case):
    in_the_name_of(case, SHOP.somebody()["access_token"])
    at(case, product=SHOP.shelf[0]["id"])


def own_review(case):
    review, token = SHOP.review()
    in_the_name_of(case, token)
    at(case, review_id=review)


def judge(*judgements, **body):
    def change(case):
        at(case, review_id=SHOP.review(*judgements)[0])
        case.body = {**case.body, **body}

    return change


def category(case):
    at(case, category=SHOP.category())
    case.body = {**case.body, "parent": None}


def order_filter(case):
    at(case, filter=SHOP.order_filter())
    drop(case.body, "total_max")


def product(case):
    at(case, product_id=SHOP.drafted()["id"])


def draft(case):
    case.body = {**SHOP.draft(), "title": case.body["title"], "brand": case.body["brand"]}


def renamed(case):
    product(case)
    case.body = {**case.body, "slug": f"judge-{uuid.uuid4().hex}"}


def pictures(case):
    product(case)
    picture = SHOP.shelf[0]["media"][0]
    blob = picture["url"].rsplit("/", 1)[1]
    case.body = {"media": [{"blob": blob, "alt": "A judge's", "width": picture["width"], "height": picture["height"]}]}


def more(case):
    product(case)
    case.body = SHOP.draft()["variants"][0]


def of_product(**body):
    def change(case):
        made = SHOP.drafted()
        at(case, product_id=made["id"], variant_id=made["variants"][0]["id"])
        if body:
            case.body = body

    return change


def email(case):
    case.body = {"email": f"{uuid.uuid4().hex}@example.org"}


def user(case):
    at(case, user_id=SHOP.somebody()["user"]["id"])


def endpoint_form(case):
    SHOP.endpoint()
    case.body = {**case.body, "url": "http://127.0.0.1:9/hooks"}


def replay(case):
    endpoint, message = SHOP.sent_event()
    at(case, endpoint_id=endpoint, message_id=message)
def january(case):
    case.query.update({"from": "2026-01-01", "to": "2026-01-31"})


def spare(case):
    case.body = {"path": SPARE}


def one(**ids):
    return lambda case: at(case, **{name: of() for name, of in ids.items()})


def filled():
    return SHOP.filled()["id"]


def bought():
    return SHOP.bought()["id"]


def variant():
    return SHOP.variant()


RECIPES = {
    "GET /v1/products/{product}": one(product=lambda: SHOP.shelf[0]["slug"]),
    "GET /v1/media/{sha256}": one(sha256=lambda: SHOP.shelf[0]["media"][0]["url"].rsplit("/", 1)[1]),
    "GET /v1/media/{sha256}/{rendition}": one(
        sha256=lambda: SHOP.shelf[0]["media"][0]["url"].rsplit("/", 1)[1],
        rendition=lambda: CHANCE.choice(["thumb.webp", "card.jpg", "og.webp"]),
    ),
    "GET /v1/products/{product}/recommendations": one(product=lambda: SHOP.shelf[0]["slug"]),
    "GET /v1/products/{product}/reviews": one(product=lambda: SHOP.shelf[0]["slug"]),
    "POST /v1/products/{product}/reviews": submit,
    "PATCH /v1/reviews/{review_id}": own_review,
    "DELETE /v1/reviews/{review_id}": own_review,
    "POST /v1/reviews/{review_id}/votes": one(review_id=lambda: SHOP.published()),
    "DELETE /v1/reviews/{review_id}/votes": one(review_id=lambda: SHOP.published()),
    "POST /v1/reviews/{review_id}/flags": one(review_id=lambda: SHOP.published()),
    "POST /admin/v1/reviews/{review_id}/approve": judge(revision=1),
    "POST /admin/v1/reviews/{review_id}/reject": judge(revision=1),
    "POST /admin/v1/reviews/{review_id}/remove": one(review_id=lambda: SHOP.published()),
    "POST /admin/v1/reviews/{review_id}/restore": one(review_id=lambda: SHOP.removed()),
    "PUT /admin/v1/order-filters/{filter}": order_filter,
    "DELETE /admin/v1/order-filters/{filter}": one(filter=lambda: SHOP.order_filter()),
    "PUT /admin/v1/categories/{category}": category,
    "DELETE /admin/v1/categories/{category}": one(category=lambda: SHOP.category()),
    "POST /admin/v1/products": draft,
    "GET /admin/v1/products/{product_id}": product,
    "PATCH /admin/v1/products/{product_id}": renamed,
    "PUT /admin/v1/products/{product_id}/media": pictures,
    "POST /admin/v1/products/{product_id}/publish": product,
    "POST /admin/v1/products/{product_id}/archive": product,
    "POST /admin/v1/products/{product_id}/variants": more,
    "PATCH /admin/v1/products/{product_id}/variants/{variant_id}": of_product(
        price={"amount": 5, "currency": "EUR"}, weight_g=7
    ),
    "POST /admin/v1/products/{product_id}/variants/{variant_id}/retire": of_product(),
    "GET /v1/carts/{cart_id}": one(cart_id=filled),
    "GET /v1/carts/{cart_id}/quote": one(cart_id=filled),
    "GET /v1/carts/{cart_id}/recommendations": one(cart_id=filled),
    "POST /v1/me/api-keys": lambda case: SHOP.key(),
    "DELETE /v1/me/api-keys/{key_id}": one(key_id=lambda: SHOP.key()),
    "POST /v1/me/addresses": lambda case: SHOP.saved_address(),
    "PUT /v1/me/addresses/{address_id}": one(address_id=lambda: SHOP.saved_address()),
    "DELETE /v1/me/addresses/{address_id}": one(address_id=lambda: SHOP.saved_address()),
    "DELETE /v1/me/sessions/{session_id}": one(session_id=lambda: SHOP.session()),
    "POST /v1/me/password": lambda case: setattr(
        case, "body", {"old_password": PASSWORD, "password": uuid.uuid4().hex}
    ),
    "POST /v1/me/email": email,
    "POST /v1/me/notifications/read": lambda case: setattr(case, "body", {"upto": 0}),
    "POST /v1/unsubscribe/{token}": one(token=lambda: SHOP.unsubscribe()),
    "GET /v1/me/cart": lambda case: SHOP.cart(),
    "POST /v1/carts": lambda case: setattr(case, "body", {"currency": "EUR"}),
    "POST /v1/carts/{cart_id}/lines": lambda case: (
        one(cart_id=filled)(case),
        setattr(case, "body", {"variant_id": SHOP.stocked(), "quantity": 1}),
    ),
    "PATCH /v1/carts/{cart_id}/lines/{line_id}": cart_line,
    "DELETE /v1/carts/{cart_id}/lines/{line_id}": cart_line,
    "PUT /v1/carts/{cart_id}/address": one(cart_id=filled),
    "PUT /v1/carts/{cart_id}/shipping": lambda case: (
        one(cart_id=filled)(case),
        setattr(case, "body", {"method": SHOP.book["shipping_methods"][0]["id"]}),
    ),
    "PUT /v1/carts/{cart_id}/coupons/{code}": apply_coupon,
    "DELETE /v1/carts/{cart_id}/coupons/{code}": apply_coupon,
    "POST /v1/carts/{cart_id}/merge": merge,
    "POST /v1/carts/{cart_id}/complete": complete,
    "GET /v1/orders/{order_id}": one(order_id=bought),
    "GET /v1/orders/{order_id}/events": one(order_id=bought),
    "POST /v1/orders/{order_id}/cancel": one(order_id=bought),
    "POST /v1/orders/{order_id}/payments": pay,
    "POST /v1/orders/{order_id}/returns": request_return,
    "POST /v1/orders/{order_id}/returns/{return_id}/cancel": returned(),
    "GET /v1/payments/{payment_id}": one(payment_id=lambda: SHOP.asked()),
    "POST /v1/payments/{payment_id}/confirm": one(payment_id=lambda: SHOP.asked()),
    "POST /v1/webhooks/{provider}": webhook,
    "POST /v1/auth/register": register,
    "POST /v1/auth/login": person,
    "POST /v1/auth/refresh": refresh,
    "POST /v1/auth/verify-email": lambda case: setattr(case, "body", {"token": SHOP.unconfirmed()}),
    "POST /v1/auth/password-reset/confirm": lambda case: setattr(
        case, "body", {"token": SHOP.forgotten(), "password": uuid.uuid4().hex}
    ),
    "GET /admin/v1/users/{user_id}": user,
    "PUT /admin/v1/users/{user_id}/roles": user,
    "POST /admin/v1/users/{user_id}/deactivate": user,
    "POST /admin/v1/users/{user_id}/reactivate": user,
    "POST /admin/v1/users/{user_id}/erase": user,
    "GET /v1/me/export/archive": lambda case: SHOP.exported(),
    "POST /v1/auth/step-up": lambda case: setattr(case, "body", {"password": WHO["password"]}),
    "GET /admin/v1/orders/{order_id}": one(order_id=bought),
    "POST /admin/v1/orders/{order_id}/cancel": with_pieces("bought"),
    "POST /admin/v1/orders/{order_id}/refunds": refund,
    "POST /admin/v1/orders/{order_id}/notes": one(order_id=bought),
    "POST /admin/v1/orders/{order_id}/pack": with_pieces("bought"),
    "POST /admin/v1/orders/{order_id}/unpack": parcel("packed"),
    "POST /admin/v1/orders/{order_id}/ship": parcel("packed"),
    "POST /admin/v1/orders/{order_id}/deliver": parcel("sent"),
    "POST /admin/v1/orders/{order_id}/returns/{return_id}/approve": returned(),
    "POST /admin/v1/orders/{order_id}/returns/{return_id}/reject": returned(),
    "POST /admin/v1/orders/{order_id}/returns/{return_id}/receive": returned(True, {"resellable": True}),
    "GET /admin/v1/reports/revenue": january,
    "GET /admin/v1/reports/best-sellers": january,
    "GET /admin/v1/reports/funnel": january,
    "GET /admin/v1/stock/{variant_id}": one(variant_id=variant),
    "POST /admin/v1/stock/{variant_id}/receive": receive,
    "POST /admin/v1/stock/{variant_id}/adjust": adjust,
    "POST /admin/v1/stock/{variant_id}/backorders": one(variant_id=variant),
    "PUT /admin/v1/pricebook/default-region": lambda case: setattr(case, "body", {"region": SHOP.region()}),
    "DELETE /admin/v1/pricebook/regions/{region}": one(region=lambda: SHOP.region()),
    "PUT /admin/v1/pricebook/shipping-methods/{method}": put_method,
    "DELETE /admin/v1/pricebook/shipping-methods/{method}": one(method=lambda: SHOP.method()),
    "POST /admin/v1/promotions": lambda case: case.body.pop("window", None),
    "PATCH /admin/v1/promotions/{promotion_id}": one(promotion_id=lambda: SHOP.promotion()),
    "POST /admin/v1/coupons": issue,
    "GET /admin/v1/coupons/{code}": one(code=lambda: SHOP.coupon()),
    "DELETE /admin/v1/coupons/{code}": one(code=lambda: SHOP.coupon()),
    "POST /admin/v1/webhook-endpoints": endpoint_form,
    "GET /admin/v1/webhook-endpoints/{endpoint_id}": one(endpoint_id=lambda: SHOP.endpoint()),
    "DELETE /admin/v1/webhook-endpoints/{endpoint_id}": one(endpoint_id=lambda: SHOP.endpoint()),
    "POST /admin/v1/webhook-endpoints/{endpoint_id}/enable": one(endpoint_id=lambda: SHOP.endpoint()),
    "POST /admin/v1/webhook-endpoints/{endpoint_id}/disable": one(endpoint_id=lambda: SHOP.endpoint()),
    "POST /admin/v1/webhook-endpoints/{endpoint_id}/rotate-secret": one(endpoint_id=lambda: SHOP.endpoint()),
    "POST /admin/v1/webhook-endpoints/{endpoint_id}/test": one(endpoint_id=lambda: SHOP.endpoint()),
    "GET /admin/v1/webhook-endpoints/{endpoint_id}/deliveries": one(endpoint_id=lambda: SHOP.endpoint()),
    "POST /admin/v1/webhook-endpoints/{endpoint_id}/deliveries/{message_id}/replay": replay,
    "POST /ops/v1/tree/restart": spare,
    "POST /ops/v1/tree/halt": spare,
    "POST /ops/v1/tree/kill": spare,
    "GET /ops/v1/entities/{id}": one(id=variant),
    "GET /ops/v1/entities/{id}/at/{seq}": lambda case: at(case, id=SHOP.variant(), seq=1),
    "GET /ops/v1/entities/{id}/diff": diff,
    "POST /ops/v1/entities/{id}/what-if": what_if,
    "POST /ops/v1/entities/{id}/passivate": one(id=lambda: SHOP.idle()),
    "POST /ops/v1/entities/{id}/kill": one(id=lambda: SHOP.idle()),
    "GET /ops/v1/causes/{correlation}": one(correlation=lambda: SHOP.correlation()),
    "POST /ops/v1/projections/{name}/rebuild": one(
        name=lambda: SHOP.get("/ops/v1/projections")["projections"][0]["name"]
    ),
    "GET /ops/v1/reconciliations/{report}": one(report=lambda: SHOP.report()),
    "PATCH /ops/v1/limits/domains/{kind}": one(kind=lambda: "coupon"),
}

# Whose sessions end by it, or whose credentials change: asked in the name of somebody who is there for it.
OWN_END = {
    "POST /v1/auth/logout",
    "DELETE /v1/me/sessions",
    "POST /v1/me/password",
    "POST /v1/me/email",
    "DELETE /v1/me",
    "POST /v1/me/export",
}

# What a judge cannot bring about without the shop logging that it is broken; Rust tests do (`http/tests/api/ops/`).
NEVER = {
    "POST /ops/v1/dead-letters/{key}/retry": "needs an effect that failed for hours",
    "POST /ops/v1/dead-letters/{key}/discard": "needs an effect that failed for hours",
    "POST /ops/v1/quarantine/{entity}/{command_id}/retry": "needs a command that crashed",
    "POST /ops/v1/quarantine/{entity}/{command_id}/dismiss": "needs a command that crashed",
    "POST /admin/v1/media": "needs a part that says which picture it is; Rust tests do (`http/tests/api/media.rs`)",
    "GET /v1/realtime": "is answered 101; tests/judges/run.sh has a judge of sockets",
}


@schemathesis.hook
def before_load_schema(ctx, schema):
    """What only the shop can give out, signed, is nothing to make up: Rust tests have it (`consistency.rs`, lists)."""
    signed = {"Consistency-Token", "cursor"}
    for path, item in schema["paths"].items():
        for operation in item.values():
            names = signed | ({"after"} if path == "/ops/v1/causes/{correlation}" else set())
            operation["parameters"] = [of for of in operation.get("parameters", []) if of["name"] not in names]


def breaks(case, location):
    return case.meta is not None and case.meta.is_negative_at(location)


def drop(container, name):
    for known in [known for known in container or {} if known.lower() == name]:
        del container[known]


def headers(case):
    """Entity tags are sent as "whatever happened since", keys are new, and wishes are those that are known."""
    sent = case.headers = case.headers if case.headers is not None else {}
    drop(sent, "prefer")
    for name in [name for name in sent if name.lower() == "if-match"]:
        if "/admin/v1/orders/" in case.operation.path or case.operation.path.startswith(("/admin/v1/products/", "/admin/v1/categories/", "/admin/v1/order-filters/")):
            sent[name] = "*"
        else:
            del sent[name]
    for name in [name for name in sent if name.lower() == "idempotency-key"]:
        sent[name] = str(uuid.uuid4())
    if case.method in ("POST", "PUT", "PATCH", "DELETE") and "Prefer" in known_headers(case) and CHANCE.random() < 0.1:
        sent["Prefer"] = CHANCE.choice(["return=minimal", "return=representation", "respond-async, wait=1"])


def known_headers(case):
    return {parameter.name for parameter in case.operation.headers}


def harmless(case):
    """What would take the shop down for everybody who comes after is asked of a part that nobody needs, or with room left."""
    if case.operation.path.startswith("/ops/v1/tree/") and case.method == "POST" and isinstance(case.body, dict):
        case.body = {**case.body, "path": SPARE}
    if case.operation.path == "/ops/v1/limits/runtime" and case.method == "PATCH" and isinstance(case.body, dict):
        room = {"decide_report_after_ms": 1_000, "decide_end_after_ms": 60_000, "memory_bytes_max": 1 << 28}
        case.body = {name: max(value, room.get(name, 1)) if isinstance(value, int) else value for name, value in case.body.items()}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if not breaks(case, ParameterLocation.HEADER):
        headers(case)
    recipe = RECIPES.get(case.operation.label)
    # A recipe builds on the form that was made; leaving out a form that need not be sent is also within the document.
    without_form = case.operation.body and isinstance(case.body, NotSet)
    if positive and recipe and not without_form and CHANCE.random() < REAL:
        try:
            recipe(case)
        except Away as away:
            COUNTS.setdefault("away", []).append(f"{case.operation.label}: {away}")
    if positive:
        harmless(case)
    if positive and case.operation.label == "POST /v1/webhooks/{provider}" and case.path_parameters["provider"] == "sandbox":
        try:
            body, signature = SHOP.message()
        except Away as away:
            COUNTS.setdefault("away", []).append(f"{case.operation.label}: {away}")
            return
        kwargs["data"] = body
        case.headers = {**(case.headers or {}), "sandbox-signature": signature, "content-type": "application/json"}


@schemathesis.hook
def after_call(ctx, case, response):
    positive = case.meta is None or case.meta.generation.mode.is_positive
    counts = COUNTS.setdefault(case.operation.label, {"calls": 0, "allowed": 0, "good": 0, "statuses": {}})
    counts["calls"] += 1
    counts["statuses"][str(response.status_code)] = counts["statuses"].get(str(response.status_code), 0) + 1
    if positive:
        counts["allowed"] += 1
        counts["good"] += 200 <= response.status_code < 300
    if case.method == "GET" or not 200 <= response.status_code < 300:
        return
    path = case.operation.path
    if path.startswith("/admin/v1/pricebook"):
        SHOP.restore_book()
    elif path.startswith("/ops/v1/limits"):
        SHOP.restore_limits()
    elif path.startswith("/ops/v1/tree"):
        SHOP.restore_tree(SPARE)


@atexit.register
def written():
    if "JUDGE_COUNTS" in os.environ:
        with open(os.environ["JUDGE_COUNTS"], "w", encoding="utf-8") as file:
            json.dump({"counts": COUNTS, "never": NEVER}, file)


@schemathesis.auth(refresh_interval=300)
class Owner:
    def get(self, case, ctx):
        return SHOP.log_in()["access_token"]

    def set(self, case, data, ctx):
        # Somebody else where a request ends sessions, or changes what one logs in with.
        token = SHOP.somebody()["access_token"] if case.operation.label in OWN_END else data
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {token}"
