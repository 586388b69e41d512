"""Nothing is answered without the token, whatever is asked."""

from __future__ import annotations

import base64

import pytest
from serving import TOKEN, client

from ie.errors import UsageError
from ie.serve.access import token_or_new

REQUESTS = (
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/versions"),
    ("POST", "/setup"),
    ("POST", "/predict"),
    ("POST", "/webhook"),
    ("POST", "/train"),
    ("POST", "/job_status"),
    ("GET", "/nowhere"),
)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


@pytest.mark.parametrize(("method", "path"), REQUESTS)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        basic(""),
        basic(TOKEN + "x"),
        "Token wrong",
        "Bearer",
        f"Digest {TOKEN.encode().hex()}",
    ],
)
def test_without_the_token_all_is_refused(method: str, path: str, header: str | None) -> None:
    backend = client()
    backend.headers.pop("Authorization")
    headers = {} if header is None else {"Authorization": header}
    answer = backend.request(method, path, headers=headers, json={})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("scheme", ["basic", "Token", "Bearer"])
def test_each_way_to_bring_it(scheme: str) -> None:
    backend = client()
    backend.headers.pop("Authorization")
    given = basic(TOKEN) if scheme == "basic" else f"{scheme} {TOKEN}"
    headers = {"Authorization": given}
    assert backend.get("/health", headers=headers).json()["status"] == "UP"
    assert backend.get("/nowhere", headers=headers).status_code == 404


def test_a_token_is_made_where_none_is_given() -> None:
    assert token_or_new("s3cret:token") == "s3cret:token"
    assert token_or_new("") != token_or_new("")
    assert len(token_or_new("")) >= 32


@pytest.mark.parametrize("bad", ["short", "with a space", "令牌令牌令牌令牌", "line\nend.."])
def test_a_token_that_no_header_can_carry_is_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="ASCII") as caught:
        token_or_new(bad)
    assert bad not in str(caught.value)
