"""Who asks, when schemathesis asks: the owner, logged in anew where a request ends the session."""

import json
import os
import urllib.request

import schemathesis

URL = os.environ["JUDGE_URL"]
WHO = {"email": os.environ["JUDGE_EMAIL"], "password": os.environ["JUDGE_PASSWORD"]}


def log_in():
    request = urllib.request.Request(
        f"{URL}/v1/auth/login",
        data=json.dumps(WHO).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


@schemathesis.hook
def before_call(ctx, case, **kwargs):
    """Nobody can guess what the server signed; entity tags are sent as "whatever happened since"."""
    headers = case.headers or {}
    for name in [name for name in headers if name.lower() == "consistency-token"]:
        del headers[name]
    for name in [name for name in headers if name.lower() == "if-match"]:
        headers[name] = "*"


@schemathesis.auth(refresh_interval=300)
class Owner:
    def get(self, case, ctx):
        return log_in()

    def set(self, case, data, ctx):
        token = log_in() if case.operation.path == "/v1/auth/logout" else data
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {token}"
