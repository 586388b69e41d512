"""A connection that breaks: what stands between a client and a server, and cuts an answer short."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit


class Cut:
    """Hands requests on, and hangs up in the midst of the answers of one path.

    Args:
        url: of the server.
        path: how the path ends whose answers are cut.
        after: bytes of the body that still get through.

    Use as a context manager, which gives the URL to ask.
    """

    def __init__(self, url: str, path: str, after: int) -> None:
        address = urlsplit(url).netloc

        class Handler(BaseHTTPRequestHandler):
            def _hand_on(self) -> None:
                connection = http.client.HTTPConnection(address)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                data = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.getheader("Content-Type", ""))
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                cut = urlsplit(self.path).path.endswith(path)
                self.wfile.write(data[:after] if cut else data)
                self.close_connection = True

            do_GET = do_POST = _hand_on  # noqa: N815 - as http.server wants them

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
