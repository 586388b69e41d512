"""Serve an application until Ctrl-C or SIGTERM."""

from __future__ import annotations

import logging
import socket
import sys
from typing import Any

import uvicorn

from ie.errors import UsageError


def run(application: Any, host: str, port: int) -> None:
    """Serve on one address until the process is told to end.

    Args:
        application: ASGI.
        host: name or address to listen on.
        port: 0 for any that is free.

    Raises:
        UsageError: the address is not ours, or taken.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{host}:{port}", found, "a free address", "see --host, --port") from None
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    for noisy in ("uvicorn.error", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    shown = f"[{host}]" if ":" in host else host
    logging.getLogger(__name__).info("http://%s:%s", shown, listener.getsockname()[1])
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="on")
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
