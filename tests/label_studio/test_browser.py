"""Label Studio's page in a real browser: what is drawn of what we send, what comes back by hand."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLE

from ie.annotation.label_studio.client import Server
from ie.annotation.store import read_store
from ie.document import Annotations, Document, Span
from ie.labels import SPAN_LABELS
from ie.reading import read_document
from ie.rules import annotate

pytest.importorskip("selenium", reason="needs selenium")

from .browsing import PATIENCE, Arrow, Drawn, Page, open_browser
from .test_loop import HARD

# A line more, of which the rules mark nothing; characters beyond the first plane stand before
# what is marked by hand. They are some that fonts have, for the pictures.
TEXT = HARD.replace("🀄", "𬭎") + "三、办理\r\n　　𠮷县𬭎城办结率  ０．９０８５。\r\n"


@pytest.fixture(scope="module")
def page(label_studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Label Studio in a browser, with its user logged in."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver (in Debian chromium and chromium-driver)")
    browser = open_browser(chromium, driver, tmp_path_factory.mktemp("browser"))
    try:
        page = Page(browser, label_studio.url)
        page.log_in(label_studio.email, label_studio.password)
        yield page
    finally:
        browser.quit()


@pytest.fixture
def push(
    ie: Callable[..., Any], server: Server, tmp_path: Path
) -> Callable[[str, str], tuple[str, int, int]]:
    """Push a text with pre-annotations of the rules: title, project, task."""

    def push(name: str, text: str) -> tuple[str, int, int]:
        file = tmp_path / name
        file.write_bytes(text.encode())
        title = f"{name} {time.time_ns() % 10**9}"
        done = ie("label-studio", "push", file, "--project", title, "--extractor", "rules")
        assert (done.returncode, done.stderr) == (0, "")
        project = server.project(title)
        (task,) = server.tasks(project)
        return title, project.id, task.id

    return push


def drawn(span: Span) -> Drawn:
    return Drawn(span.start, span.end, SPAN_LABELS[span.label])


def regions_of(annotations: Annotations) -> list[Drawn]:
    return sorted(map(drawn, annotations.spans))


def arrows_of(annotations: Annotations) -> list[Arrow]:
    return sorted(Arrow(r.type, drawn(r.head), drawn(r.tail)) for r in annotations.relations)


def shows(look: Callable[[], Any], wanted: Any) -> None:
    """Wait until a look gives what is wanted; where it never does, say the difference."""
    until = time.monotonic() + PATIENCE
    while (found := look()) != wanted and time.monotonic() < until:
        time.sleep(0.2)
    assert found == wanted


@pytest.mark.parametrize("text", [TEXT, EXAMPLE.read_bytes().decode()], ids=["hard", "report"])
def test_pre_annotations_are_drawn_at_their_characters(
    page: Page, push: Any, text: str, request: pytest.FixtureRequest
) -> None:
    _, project, task = push("drawn.txt", text)
    page.open(project, task)
    # Label Studio shows each half of a line end of two characters as a line end.
    shows(page.text, text.replace("\r", "\n"))
    found = annotate(Document(text))
    assert len(found.relations) > 3
    shows(page.regions, regions_of(found))
    shows(page.arrows, arrows_of(found))
    page.select(max(regions_of(found)[:60], key=lambda region: region.label == "文件名"))
    page.picture(request.node.callspec.id)


def test_what_is_marked_by_hand_comes_back_at_its_characters(
    page: Page, push: Any, ie: Callable[..., Any], tmp_path: Path
) -> None:
    title, project, task = push("marked.txt", TEXT)
    before = annotate(read_document(tmp_path / "marked.txt"))
    document = before.document
    page.open(project, task)
    shows(page.regions, regions_of(before))

    def mark(hotkey: str, surface: str, label: str, **attributes: Any) -> Span:
        start = TEXT.index(surface)
        span = document.span(start, start + len(surface), label, **attributes)
        page.press(hotkey)
        page.draw(span.start, span.end)
        page.wait(lambda: drawn(span) in page.regions(), f"see {surface} marked")
        return span

    indicator = mark("7", "办结率", "INDICATOR")
    rate = mark("2", "０．９０８５", "RATE", indicator="completion_rate", value=0.9085)
    page.relate(drawn(rate), drawn(indicator), "measures")
    page.picture("relation")
    page.select(drawn(rate))
    page.type("value", "0.9085")
    page.choose_indicator("completion", "completion_rate")
    page.picture("attributes")
    page.submit()

    store = tmp_path / "pulled.jsonl"
    done = ie("label-studio", "pull", "--project", title, "--output", store)
    assert (done.returncode, done.stderr) == (0, "")
    (after,) = read_store(store)
    assert after.document.text == TEXT
    assert {(*s.key, s.attrs) for s in after.spans} == {
        (*s.key, s.attrs) for s in (*before.spans, indicator, rate)
    }
    assert after.text(rate) == "０．９０８５"
    assert {(r.type, r.head.key, r.tail.key) for r in after.relations} == {
        *((r.type, r.head.key, r.tail.key) for r in before.relations),
        ("measures", rate.key, indicator.key),
    }
    audited = ie("audit", store)
    assert (audited.returncode, audited.stderr) == (0, "")
