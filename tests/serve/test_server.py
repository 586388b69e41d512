"""The command itself, on loopback."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest
from conftest import start

Ie = Callable[..., CompletedProcess[str]]


def ask(address: str, path: str, token: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{address}/{path}", data, {"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_makes_a_token_answers_and_ends_quietly(end: signal.Signals) -> None:
    process = start("serve", "--label-studio", "--port", 0, "-e", "rules")
    try:
        assert process.stderr
        token = process.stderr.readline().strip().removeprefix("ie: the token is ")
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address
        assert ask(address.group(), "health", token)["status"] == "UP"
        tasks = [{"id": 1, "data": {"text": "公开信息５条。"}}, {"id": 2, "data": {"text": ""}}]
        results = ask(address.group(), "predict", token, {"tasks": tasks})["results"]
        assert [bool(r["result"]) for r in results] == [True, False]
    finally:
        process.send_signal(end)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) in [(130, "", ""), (-end, "", "")]


def test_a_token_from_outside_is_not_shown() -> None:
    process = start(
        "serve", "--label-studio", "--port", 0, "-e", "rules", "--token", "s3cret:token"
    )
    try:
        assert process.stderr
        line = process.stderr.readline()
        address = re.search(r"http://\S+", line)
        assert address
        assert ask(address.group(), "health", "s3cret:token")["status"] == "UP"
    finally:
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert "s3cret" not in line + err


def test_a_taken_port_is_one_line(ie: Ie) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ie(
            "serve", "--label-studio", "-e", "rules", "--port", port, "--token", "s3cret:token"
        )
    assert done.returncode == 2
    assert done.stderr.startswith(f"ie: 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--label-studio"),
        (("--label-studio", "--token", "令牌"), "ASCII"),
        (("--label-studio", "--host", "256.0.0.1"), "256.0.0.1"),
        (("--label-studio", "--train", "nowhere.yaml"), "nowhere.yaml"),
        (("--label-studio", "-e", "magic"), "magic"),
    ],
)
def test_what_cannot_be_served_is_one_line(ie: Ie, arguments: tuple[str, ...], said: str) -> None:
    done = ie("serve", "-e", "rules", *arguments)
    assert done.returncode in (1, 2)
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
