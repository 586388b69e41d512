"""The token that guards a server."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from ie.errors import UsageError

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="ie", charset="UTF-8"'}


def token_or_new(given: str) -> str:
    """The token that was given, or, where that is empty, a new one.

    Raises:
        UsageError: it could not be sent as a password everywhere.
    """
    if given and not re.fullmatch(r"[!-~]{8,}", given):
        # Never the token itself: what is complained of may be logged.
        raise UsageError("--token", "another form", "8 letters or more, ASCII, no spaces")
    return given or secrets.token_urlsafe(24)


class TokenGuard:
    """Answers 401 to every request that does not bring the token, whatever its path.

    The token comes as the password of HTTP Basic, under any user name, as Label Studio sends
    it, or as ``Authorization: Token …`` or ``Bearer …``, as its webhooks can.

    Args:
        application: what is guarded (ASGI).
        token: see :func:`token_or_new`.
    """

    def __init__(self, application: Application, token: str) -> None:
        self._application, self._token = application, token.encode("ascii")

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            given = _token_of(Headers(scope=scope).get("authorization", ""))
            if not hmac.compare_digest(given, self._token):
                found = "a wrong token" if given else "no token"
                answer = JSONResponse({"error": found}, 401, headers=_CHALLENGE)
                await answer(scope, receive, send)
                return
        await self._application(scope, receive, send)


def _token_of(authorization: str) -> bytes:
    """The token that a header brings; empty where there is none."""
    scheme, _, value = authorization.strip().partition(" ")
    value = value.strip()
    if scheme.lower() in ("token", "bearer"):
        return value.encode("latin-1")  # as headers are decoded
    if scheme.lower() != "basic":
        return b""
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return decoded.partition(b":")[2]
