"""What goes wrong beside Label Studio; the server itself is driven in tests/label_studio."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ie.annotation.label_studio.client import (
    DEFAULT_URL,
    BrokenOffError,
    Settings,
    connect,
    find_settings,
    settings_file,
)
from ie.errors import ConfigError, IeError, ServerError, UsageError

KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _nobody(tmp_path, monkeypatch):
    """A user without settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def store(content: str) -> None:
    settings_file().parent.mkdir()
    settings_file().write_text(content, encoding="utf-8")


# Settings


def test_options_come_before_the_environment_and_that_before_the_file(monkeypatch):
    store("url: http://file:1\nkey: of-file\n")
    assert find_settings() == Settings("http://file:1", "of-file")
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://environment:1/")
    assert find_settings() == Settings("http://environment:1", "of-file")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", " of-environment\n")
    assert find_settings() == Settings("http://environment:1", "of-environment")
    assert find_settings("https://option/ls/", "o") == Settings("https://option/ls", "o")


def test_without_a_url_it_is_where_label_studio_starts():
    assert find_settings(key=KEY).url == DEFAULT_URL


def test_a_key_is_needed_and_it_says_where_it_can_stand():
    with pytest.raises(UsageError, match="LABEL_STUDIO_API_KEY") as raised:
        find_settings()
    assert str(settings_file()) in str(raised.value)


@pytest.mark.parametrize(
    "content",
    ["key: secret\nuser: me\n", "key: 'secret", "- secret\n", "key: [secret]\n", "key: 12345\n"],
)
def test_a_damaged_file_is_one_line_that_does_not_show_the_key(content):
    store(content)
    with pytest.raises(ConfigError) as raised:
        find_settings()
    assert str(settings_file()) in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_one_line():
    settings_file().mkdir(parents=True)
    with pytest.raises(IeError, match=r"label-studio\.yaml"):
        find_settings()


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://x", "http://", "http://me:secret@x"])
def test_what_is_no_url_is_refused_and_its_password_not_shown(url):
    with pytest.raises(ConfigError) as raised:
        find_settings(url, KEY)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("key", ["sec ret", "sec\nret", "密钥"])
def test_what_is_no_key_is_refused_and_not_shown(key):
    with pytest.raises(ConfigError) as raised:
        find_settings("http://x", key)
    assert key not in str(raised.value)


def test_the_key_is_not_part_of_how_settings_are_shown():
    assert KEY not in repr(Settings("http://x", KEY))


# Servers that are none


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something on loopback that gives every request the same bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:  # closed: the test is over
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def http(
    status: str, body: str, kind: str = "application/json", length: int | None = None
) -> bytes:
    size = len(body.encode()) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n"
    return f"{head}Connection: close\r\n\r\n{body}".encode()


@pytest.fixture
def refused(monkeypatch) -> Callable[[str], IeError]:
    """What :func:`connect` says of a URL; it does not wait between its tries."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def ask(url: str, key: str = KEY) -> IeError:
        with pytest.raises(IeError) as raised:
            connect(Settings(url, key))
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
        assert "\n" not in str(raised.value)
        assert key not in str(raised.value)
        return raised.value

    return ask


def test_a_server_that_is_down(refused):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    error = refused(url)
    assert isinstance(error, BrokenOffError)
    assert str(error) == f"{url}: no answer, connection refused; is Label Studio running there?"


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", "<html>A router</html>", "text/html"),
        http("200 OK", "[]"),
        http("200 OK", '"here"'),
        http("200 OK", "{}"),
        http("200 OK", ""),
    ],
)
def test_something_else_that_answers(answer, refused):
    with answering(answer) as url:
        error = refused(url)
    assert type(error) is ServerError
    assert "none of Label Studio's" in str(error)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", http("200 OK", '{"id": 1', length=100), b"SSH-2.0\r\n"]
)
def test_an_answer_that_breaks_off(answer, refused):
    with answering(answer) as url:
        error = refused(url)
    assert isinstance(error, BrokenOffError)
    assert str(error).startswith(f"{url}: the answer broke off")


def test_a_server_too_slow_is_not_asked_again_since_it_may_be_at_work_still(refused, monkeypatch):
    monkeypatch.setattr("ie.annotation.label_studio.client.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert type(error) is ServerError
    assert "no answer within" in str(error)


def test_a_refused_key_says_why_the_server_refuses_it(refused):
    body = '{"detail": "legacy token authentication has been disabled for this organization"}'
    with answering(http("401 Unauthorized", body)) as url:
        error = refused(url)
    assert "the key is refused (legacy token" in str(error)
    assert "Account & Settings" in str(error)


def test_a_page_of_an_error_is_not_shown(refused):
    page = "<!doctype html><html>Not found" + "x" * 1000
    with answering(http("404 Not Found", page, "text/html")) as url:
        error = refused(url)
    assert (
        str(error)
        == f"{url}: nothing there to ask who the user is; expected the URL of a Label Studio"
    )


def test_a_server_in_trouble_may_be_asked_again(refused):
    with answering(http("503 Service Unavailable", '{"detail": "database is locked"}')) as url:
        error = refused(url)
    assert isinstance(error, BrokenOffError)
    assert str(error) == f"{url}: it cannot ask who the user is (503): database is locked"


def test_an_expired_token_is_refused_before_anything_is_asked(refused):
    import jwt

    error = refused("http://127.0.0.1:9", jwt.encode({"exp": 1}, "x" * 32))
    assert "the key is refused (API key has expired" in str(error)
