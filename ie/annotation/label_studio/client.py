"""A Label Studio server: where it is, with which key, and the few things that are asked of it.

All that can go wrong on the way becomes one line, without the key, headers or cookies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ie.errors import ConfigError, ServerError, UsageError
from ie.reading import read_bytes

DEFAULT_URL: Final = "http://localhost:8080"
"""Where ``label-studio start`` serves."""

TIMEOUT: Final = 300.0
"""Seconds: a batch of long reports with their pre-annotations takes a while to be stored."""

_PAGE: Final = 100


class BrokenOffError(ServerError):
    """No whole answer, for a reason that may pass: the server may have done what was asked."""


# Settings


@dataclass(frozen=True)
class Settings:
    """Where the server is, and who asks.

    Args:
        url: of the server, without a path unless it is served below one.
        key: a personal access token or a legacy token; never shown.
    """

    url: str
    key: str = field(repr=False)


def settings_file() -> Path:
    """The user's file of settings, with ``url`` and ``key``; it need not exist."""
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "ie" / "label-studio.yaml"


def find_settings(url: str | None = None, key: str | None = None) -> Settings:
    """The settings as given, else of the environment, else of the user's file.

    The environment variables are ``LABEL_STUDIO_URL`` and ``LABEL_STUDIO_API_KEY``.

    Raises:
        ConfigError: the file is damaged, or the URL or key cannot be one.
        UsageError: there is no key.
    """
    file = settings_file()
    stored = _read(file)
    url = url or os.environ.get("LABEL_STUDIO_URL") or stored.get("url") or DEFAULT_URL
    key = key or os.environ.get("LABEL_STUDIO_API_KEY") or stored.get("key") or ""
    url, key = url.strip().rstrip("/"), key.strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        # A URL with a password in it would be shown in every message.
        expected = "http://HOST:PORT or https://HOST, without a user"
        raise ConfigError("the URL of Label Studio", "another form", expected)
    if not key:
        raise UsageError(
            "the key of Label Studio",
            "none",
            "a personal access token, from Account & Settings",
            f"set LABEL_STUDIO_API_KEY, or write key: … into {file}",
        )
    if not re.fullmatch(r"[!-~]+", key):
        expected = "a token as copied from Account & Settings"
        raise ConfigError("the key of Label Studio", "spaces or letters no key has", expected)
    return Settings(url, key)


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    import yaml

    try:
        stored = yaml.safe_load(read_bytes(file).decode("utf-8")) or {}
    except (yaml.YAMLError, ValueError):  # what they say may quote the key
        raise ConfigError(str(file), "no YAML in UTF-8", "url: … and key: …") from None
    if not isinstance(stored, dict) or not all(isinstance(v, str) for v in stored.values()):
        raise ConfigError(str(file), "other values than texts", "url: … and key: …")
    if unknown := sorted(set(stored) - {"url", "key"}):
        raise ConfigError(str(file), f"unknown {', '.join(map(str, unknown))}", "url and key")
    return stored


# The server


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the server; ``model_version`` is the one whose predictions it shows."""

    id: int
    title: str
    label_config: str
    model_version: str | None


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a project; ``predictions`` maps a model version to the id of its prediction."""

    id: int
    data: dict[str, Any]
    labelled: bool
    predictions: Mapping[str, int]


def connect(settings: Settings) -> Server:
    """A server that answers, and that knows the key.

    Raises:
        UsageError: the package label-studio-sdk is not installed.
        ServerError: nothing answers there, it is not Label Studio, or the key is refused.
    """
    try:
        import label_studio_sdk
    except ModuleNotFoundError as error:
        fix = "pip install 'ie[label-studio]'"
        raise UsageError(f"package {error.name}", "not installed", fix=fix) from None
    open_client: Any = label_studio_sdk.LabelStudio
    with _explained(settings.url, "ask who the user is"):
        # Without the slash the last part of a path would be lost where tokens are refreshed.
        sdk = open_client(base_url=f"{settings.url}/", api_key=settings.key, timeout=TIMEOUT)
        if not getattr(sdk.users.whoami(), "id", None):
            raise ValueError
    return Server(settings.url, sdk)


class Server:
    """What is asked of a Label Studio; every method raises :class:`ie.errors.ServerError`.

    Args:
        url: where it is, for messages.
        sdk: the client of label-studio-sdk.
    """

    def __init__(self, url: str, sdk: Any) -> None:
        self.url = url
        self.sdk = sdk

    def find(self, title: str) -> Project | None:
        """The project of this very title; none, and none other, where there is none."""
        with _explained(self.url, "list the projects"):
            ids = [p.id for p in self.sdk.projects.list(title=title) if p.title == title]
        if len(ids) > 1:
            found = f"{len(ids)} projects of this title, {', '.join(map(str, ids))}"
            raise ServerError(f"project {title}", found, "one", "rename the others")
        return self._get(ids[0], title) if ids else None

    def project(self, title: str) -> Project:
        """The project of this title; an error where there is none."""
        found = self.find(title)
        if found is None:
            fix = "ie label-studio push creates it"
            raise ServerError(f"project {title}", f"not on {self.url}", fix=fix)
        return found

    def _get(self, number: int, title: str) -> Project:
        with _explained(self.url, "read the project", f"project {title}"):
            p = self.sdk.projects.get(number)
            return Project(p.id, p.title, p.label_config or "", p.model_version or None)

    def create(self, title: str, label_config: str, instructions: str) -> Project:
        """A new project that shows its instructions and pre-annotations."""
        with _explained(self.url, "create a project", f"project {title}"):
            created = self.sdk.projects.create(
                title=title,
                label_config=label_config,
                expert_instruction=instructions,
                show_instruction=True,
                show_collab_predictions=True,
                request_options={"max_retries": 0},  # asked twice, there might be two
            )
        return self._get(created.id, title)

    def tasks(self, project: Project, *, predictions: bool = False) -> list[Task]:
        """All tasks, with the ids of their predictions where those are asked for."""
        fields = "id,data,total_annotations" + (",predictions" if predictions else "")
        with _explained(self.url, "list the tasks", f"project {project.title}"):
            listed = self.sdk.tasks.list(
                project=project.id,
                fields="all" if predictions else "task_only",
                include=fields,
                page_size=_PAGE,
            )
            return [
                Task(
                    t.id,
                    t.data or {},
                    bool(t.total_annotations),
                    {p.model_version: p.id for p in t.predictions or () if p.model_version},
                )
                for t in listed
            ]

    def send(self, project: Project, tasks: Sequence[dict[str, Any]]) -> list[int | None]:
        """Create tasks, all or none, and give their ids, None where the server does not say.

        Nothing is asked twice here: after :class:`BrokenOffError` look what is there.
        """
        with _explained(self.url, "create tasks", f"project {project.title}"):
            answer = self.sdk.projects.import_tasks(
                project.id,
                request=list(tasks),
                return_task_ids=True,
                request_options={"max_retries": 0},
            )
            return list(answer.task_ids or [None] * len(tasks))

    def export(self, project: Project) -> list[Any]:
        """All tasks with their annotations and drafts, as the raw JSON export has them."""
        with _explained(self.url, "export the tasks", f"project {project.title}"):
            exported = self.sdk.projects.exports.as_json(project.id)
            if not isinstance(exported, list):
                raise ValueError
            return exported

    def users(self) -> dict[int, str]:
        """User id → e-mail address, as far as this user may know them."""
        try:
            with _explained(self.url, "list the users"):
                return {u.id: u.email for u in self.sdk.users.list() if u.email}
        except BrokenOffError:
            raise
        except ServerError:  # an annotator may not ask; then ids must do
            return {}

    def predict(self, task: Task, prediction: dict[str, Any]) -> None:
        """Give a task a prediction, in place of the one of the same model version."""
        known = task.predictions.get(prediction["model_version"])
        with _explained(self.url, "write a prediction", f"task {task.id}"):
            if known is None:
                once = {"max_retries": 0}
                self.sdk.predictions.create(task=task.id, **prediction, request_options=once)
            else:
                self.sdk.predictions.update(known, task=task.id, **prediction)

    def serve_by_score(self, project: Project, model_version: str) -> None:
        """Show the predictions of a model version, and hand out tasks of low score first."""
        with _explained(self.url, "change the project", f"project {project.title}"):
            self.sdk.projects.update(
                project.id, model_version=model_version, sampling="Uncertainty sampling"
            )

    def add_backend(self, project: Project, url: str, token: str) -> None:
        """Let a project ask a model backend, and tell it of annotations; twice is as once."""
        fields = {
            "project": project.id,
            "url": url,
            "title": "ie",
            "auth_method": "BASIC_AUTH",
            "basic_auth_user": "ie",
            "basic_auth_pass": token,
            "is_interactive": True,
        }
        with _explained(self.url, "register the backend", f"project {project.title}"):
            known = [b.id for b in self.sdk.ml.list(project=project.id) if b.url == url]
            if known:
                self.sdk.ml.update(known[0], **fields)
            else:
                self.sdk.ml.create(**fields, request_options={"max_retries": 0})
            # Label Studio makes the webhook, but sends it without the password.
            headers = {"Authorization": f"Token {token}"}
            for hook in self.sdk.webhooks.list(project=str(project.id)):
                if hook.url == f"{url.rstrip('/')}/webhook":
                    self.sdk.webhooks.update(hook.id, url=hook.url, headers=headers)


# What the SDK raises


@contextmanager
def _explained(url: str, what: str, where: str = "") -> Iterator[None]:
    """Raise in one line what the SDK and the network raise.

    Args:
        url: of the server.
        what: is being done, in words.
        where: the project or task that it is done to.
    """
    import httpx
    from label_studio_sdk.core.api_error import ApiError
    from label_studio_sdk.core.parse_error import ParsingError

    where = where or url
    # Never "from error": what the SDK raises carries headers, and with them a session.
    try:
        yield
    except ApiError as error:
        raise _refusal(url, what, where, error.status_code, error.body) from None
    except (httpx.ReadTimeout, httpx.WriteTimeout):
        # It may be at work still: sent once more, all of it would be there twice in the end.
        fix = "look in a while whether it has done it, and ask for less at once"
        raise ServerError(where, f"no answer within {TIMEOUT:.0f} seconds", fix=fix) from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        fix = "is Label Studio running there?"
        raise BrokenOffError(url, f"no answer, {_reason(error)}", fix=fix) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise ConfigError(url, "no URL of a server", "http://HOST:PORT") from None
    except httpx.HTTPError as error:
        found = f"the answer broke off: {_reason(error)}"
        raise BrokenOffError(where, found, fix="ask again") from None
    except (ParsingError, ValueError, AttributeError, TypeError):
        raise _stranger(url, what) from None


def _reason(error: Exception) -> str:
    said = re.sub(r"^\[[^\]]*\] ", "", str(error))
    return (said or type(error).__name__)[:200].lower()


def _stranger(url: str, what: str) -> ServerError:
    found = f"an answer that is none of Label Studio's, asked to {what}"
    return ServerError(url, found, fix="check the URL")


def _refusal(url: str, what: str, where: str, status: int | None, body: Any) -> ServerError:
    if status is not None and status < 400:
        return _stranger(url, what)
    detail = _detail(body)
    if status == 401:
        fix = "copy a token from Account & Settings"
        return ServerError(url, f"the key is refused ({detail or 'unauthorized'})", fix=fix)
    if status == 403:
        return ServerError(where, f"this user may not {what}", fix="ask an administrator")
    if status == 404 and where == url:
        found = f"nothing there to {what}"
        return ServerError(url, found, "the URL of a Label Studio")
    if status == 404:
        return ServerError(where, f"not on {url}, or not any more", fix="was it deleted?")
    said = f"it cannot {what}" + (f" ({status})" if status else "")
    found = f"{said}: {detail}" if detail else said
    passing = status is None or status >= 500 or status in (408, 429)
    return (BrokenOffError if passing else ServerError)(where, found)


def _detail(body: Any) -> str:
    """What the server says itself, briefly; a page of HTML says nothing."""
    if isinstance(body, Mapping):
        reasons = body.get("validation_errors")
        body = "; ".join(_leaves(reasons)) if reasons else body.get("detail")
    if not isinstance(body, str) or "<" in body[:20]:
        return ""
    # The server repeats the task that it refuses, with all of its text.
    return body.partition(" :: ")[0][:200].strip()


def _leaves(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, "" if key == "non_field_errors" else str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield f"{name}: {value}" if name else str(value)
