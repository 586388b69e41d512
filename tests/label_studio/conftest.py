"""A real Label Studio for the tests marked ``label_studio``.

It is installed from PyPI into an environment of its own, which is kept in pytest's cache (or
taken from ``IE_LABEL_STUDIO_VENV``, the folder of one that has it), and started on loopback
with SQLite in a temporary folder. All that is started here is stopped here.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ie.annotation.label_studio.client import Server, Settings, connect

PATIENCE = 600
"""Seconds until the server must answer; idle it takes some 40, most of them to make its tables."""

EMAIL = "annotator@example.org"


@dataclass(frozen=True)
class Running:
    """A Label Studio that runs, with the password and both kinds of keys of its one user."""

    url: str
    token: str  # a personal access token, as the current release has them
    legacy_token: str
    password: str
    email: str = EMAIL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.label_studio)
            # The SDK still calls what pydantic has renamed.
            item.add_marker(pytest.mark.filterwarnings("ignore:The `parse_obj` method"))


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest) -> Path:
    """The folder of a virtual environment with label-studio in it."""
    if given := os.environ.get("IE_LABEL_STUDIO_VENV"):
        return Path(given)
    folder = Path(request.config.cache.mkdir("label-studio"))
    command = folder / "bin" / "label-studio"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "label-studio"]
        subprocess.run(install, check=True)
    return folder


@pytest.fixture(scope="session")
def label_studio(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A fresh Label Studio with one user and no project."""
    folder = tmp_path_factory.mktemp("label-studio")
    token, password = secrets.token_hex(20), secrets.token_hex(8)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        *(environment / "bin" / "label-studio", "start", "--no-browser"),
        *("--internal-host", "127.0.0.1", "--port", port),
        *("--username", EMAIL, "--password", password),
        *("--user-token", token, "--enable-legacy-api-token"),
    ]
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            # Nothing of the user's: it reads PORT, HOST, USERNAME and the like as settings.
            env=quiet(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/health", process, log)
        yield Running(url, personal_access_token(url, token), token, password)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def quiet(folder: Path) -> dict[str, str]:
    """The environment of a server that keeps to itself: no analytics, reports or look-ups."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"),
        "DJANGO_DB": "sqlite",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "ML_BLOCK_LOCAL_IP": "false",  # a model backend on loopback may be registered
        "SSRF_PROTECTION_ENABLED": "false",
    }


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something answers; where it never does, fail with what it said last."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.3)
    said = log.read_text("utf-8", "replace")[-2000:]
    pytest.fail(f"Label Studio did not start (exit status {process.poll()}):\n{said}")


def personal_access_token(url: str, token: str) -> str:
    """Have the user of a legacy token made a personal access token."""
    from label_studio_sdk import LabelStudio

    made: str = LabelStudio(base_url=url, api_key=token).tokens.create().token
    return made


@pytest.fixture
def server(label_studio: Running) -> Server:
    """A connection to it, as ``ie label-studio`` makes it."""
    return connect(Settings(label_studio.url, label_studio.token))


@pytest.fixture(autouse=True)
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands find in the environment: where the server is, and the key."""
    running = request.getfixturevalue("label_studio")
    monkeypatch.setenv("LABEL_STUDIO_URL", running.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", running.token)
