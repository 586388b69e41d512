"""The annotators' loop against a real Label Studio: push, annotate, pull, audit; what breaks."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ie.annotation.label_studio import order, queue, sync
from ie.annotation.label_studio.client import BrokenOffError, Project, Server, Settings, connect
from ie.annotation.label_studio.convert import result_of
from ie.annotation.label_studio.interface import INDICATOR_GROUPS, labelling_interface
from ie.annotation.store import read_store
from ie.document import Annotations, Document, Relation
from ie.errors import IeError, ServerError
from ie.rules import annotate

# What counting can stumble over: characters beyond the first plane (before, inside and between
# spans), line ends of two characters, full-width figures, runs of spaces.
HARD = (
    "𬭎𠮷县２０１５年政府信息公开工作年度报告\r\n\r\n"
    "一、概述\r\n　　全年　主动公开政府信息１２３条，  "
    "其中通过“𠮷县发布”政务微博公开 ４５  条。\r\n"
    "二、依申请公开\r\n\t受理申请6件🀄，县政府办印发《𠮷县政府信息公开\r\n指南》（𠮷政办发〔2015〕8号）。\r\n"
    "没有发生行政复议。\r\n"
)
TEXTS = {
    "hard.txt": HARD,
    "plain.txt": "2014年，县政府网站主动公开政府信息642条。\n受理申请17件。\n",
    "rates.txt": "按时办结率96.85%，收到建议2900多条，其中网上1200余条。\n",
    "nothing.txt": "本报告没有数字。\n",
    "markup.txt": '<b>公开</b> & 信息5条 &lt;i&gt; “引号” \\n {"a": 1}\n',
}


class Rules:
    """The rules as what pre-annotates."""

    name = "rules-test"
    annotate = staticmethod(annotate)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = tmp_path / "texts"
    texts.mkdir()
    for name, text in TEXTS.items():
        (texts / name).write_bytes(text.encode())
    return texts


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A title for the project of this test alone, within the 50 characters allowed."""
    return f"{request.node.name[:30]} {time.time_ns() % 10**9}"


@pytest.fixture
def documents() -> list[Document]:
    return [Document(text, name=name) for name, text in TEXTS.items()]


@pytest.fixture
def project(server: Server, title: str, documents: list[Document]) -> Project:
    """A project with the five documents, pre-annotated by the rules."""
    opened = sync.open_project(server, title)
    sent = list(sync.push(server, opened, documents, Rules))
    assert [s.new for s in sent] == [True] * 5
    return server.project(title)


def tasks_of(server: Server, project: Project) -> dict[str, int]:
    return {t.data["name"]: t.id for t in server.tasks(project)}


def of_hard() -> Annotations:
    """What a careful annotator marks in the hard document."""
    document = Document(HARD, name="hard.txt")

    def mark(surface: str, label: str, **attributes: Any) -> Any:
        start = HARD.index(surface)
        return document.span(start, start + len(surface), label, **attributes)

    year = mark("２０１５年", "DATE")
    all_of_them = mark("１２３条", "COUNT", indicator="disclosed", value=123.0, unit="条")
    part = mark("４５  条", "COUNT", indicator="disclosed", value=45.0, unit="条")
    indicator = mark("主动公开政府信息", "INDICATOR")
    weibo = mark("“𠮷县发布”政务微博", "CHANNEL", type="weibo")
    received = mark("6件", "COUNT", indicator="requests_received", value=6.0, unit="件")
    requests = mark("受理申请", "INDICATOR")
    office = mark("县政府办", "AGENCY")
    guide = mark("𠮷县政府信息公开\r\n指南", "DOC_TITLE")
    number = mark("𠮷政办发〔2015〕8号", "DOC_NUMBER")
    zero = mark("没有发生行政复议", "INDICATOR", indicator="reviews", value=0.0, stated="none")
    spans = (year, all_of_them, part, indicator, weibo, received, requests, office, guide, number)
    relations = (
        Relation("measures", all_of_them, indicator),
        Relation("measures", part, indicator),
        Relation("part_of", part, all_of_them),
        Relation("via", part, weibo),
        Relation("measures", received, requests),
        Relation("issued_by", guide, office),
        Relation("has_number", guide, number),
    )
    return Annotations(document, (*spans, zero), relations)


def as_saved(annotations: Annotations) -> list[dict[str, Any]]:
    """A result in the JSON that the interface saves, built from nothing of ours but the spans.

    Ids are ten letters, every row says that a person made it, a line end inside a span is a
    backslash and an n, choices stand in lists and codes below their group, relations come last.
    """
    text = annotations.document.text
    ids = {s.key: f"wXyZ{number:06d}" for number, s in enumerate(annotations.spans)}
    groups = {code: group for group, codes in INDICATOR_GROUPS.items() for code in codes}
    rows: list[dict[str, Any]] = []
    for s in annotations.spans:
        surface = text[s.start : s.end].replace("\r\n", "\\n")
        place = {"start": s.start, "end": s.end, "text": surface}

        def row(control: str, kind: str, value: Any, s: Any = s, place: Any = place) -> None:
            rows.append(
                {
                    "value": {**place, **value},
                    "id": ids[s.key],
                    "from_name": control,
                    "to_name": "text",
                    "type": kind,
                    "origin": "manual",
                }
            )

        row("label", "labels", {"labels": [s.label]})
        if s.attrs.indicator:
            code = s.attrs.indicator
            row("indicator", "taxonomy", {"taxonomy": [[groups[code], code]]})
        if s.attrs.stated:
            row("stated", "choices", {"choices": ["none"]})
        elif s.attrs.value is not None:
            row("value", "textarea", {"text": [f"{s.attrs.value:g}"]})
        if s.attrs.unit:
            row("unit", "textarea", {"text": [s.attrs.unit]})
        if s.attrs.type:
            row("type", "choices", {"choices": [s.attrs.type]})
    for number, r in enumerate(annotations.relations):
        # An arrow may have been drawn from tail to head and turned round.
        ends = [ids[r.head.key], ids[r.tail.key]]
        direction = "left" if number % 2 else "right"
        first, second = ends if direction == "right" else ends[::-1]
        rows.append(
            {
                "from_id": first,
                "to_id": second,
                "type": "relation",
                "direction": direction,
                "labels": [r.type],
            }
        )
    return rows


def submit(server: Server, task: int, result: list[dict[str, Any]], **more: Any) -> int:
    """Submit an annotation as the button of the interface does."""
    made = server.sdk.annotations.create(task, result=result, lead_time=31.4, **more)
    number: int = made.id
    return number


# The loop


def test_the_interface_is_accepted_as_it_is(server, title):
    project = sync.open_project(server, title)
    assert project.label_config.strip() == labelling_interface().strip()
    server.sdk.projects.validate_label_config(project.id, label_config=labelling_interface())
    shown = server.sdk.projects.get(project.id)
    assert shown.show_instruction
    assert "COUNT" in shown.expert_instruction or "数量" in shown.expert_instruction
    assert sync.open_project(server, title).id == project.id


def test_texts_arrive_as_they_are_with_pre_annotations_at_their_places(server, project, documents):
    exported = {t["data"]["name"]: t for t in server.export(project)}
    assert set(exported) == set(TEXTS)
    for document in documents:
        task = exported[document.name]
        assert task["data"]["text"] == document.text
        assert task["data"]["sha256"] == document.sha256
    listed = server.sdk.tasks.list(project=project.id, fields="all")
    for task in listed:
        [prediction] = task.predictions
        assert prediction.model_version == "rules-test" == project.model_version
        document = Document(task.data["text"])
        assert prediction.result == json.loads(json.dumps(result_of(annotate(document))))


def test_an_annotation_comes_back_at_the_same_places(server, project, tmp_path, ie):
    wanted = of_hard()
    hard = tasks_of(server, project)["hard.txt"]
    submit(server, hard, as_saved(wanted))
    store = tmp_path / "pulled.jsonl"
    done = ie("label-studio", "pull", "--project", project.title, "-o", store)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"1 annotated documents in {store}; 4 not annotated, 0 skipped\n"
    [found] = read_store(store)
    assert found.document.text == HARD
    assert found.document.name == "hard.txt"
    assert found.spans == wanted.spans
    assert [found.text(s) for s in found.spans] == [wanted.text(s) for s in wanted.spans]
    assert set(found.relations) == set(wanted.relations)
    row = json.loads(store.read_text(encoding="utf-8"))
    assert row["provenance"]["task"] == hard
    assert row["provenance"]["annotator"] == "annotator@example.org"
    audited = ie("audit", store)
    assert (audited.returncode, audited.stderr) == (0, "")


def test_a_pre_annotation_that_is_accepted_comes_back_as_it_was(server, project, documents):
    tasks = tasks_of(server, project)
    for document in documents:
        submit(server, tasks[document.name], result_of(annotate(document)))
    pulled = sync.pull(server, project)
    assert pulled.failures == []
    for document, (found, _) in zip(documents, pulled.rows, strict=True):
        wanted = annotate(document)
        assert [(*s.key, s.attrs) for s in found.spans] == [(*s.key, s.attrs) for s in wanted.spans]
        assert {(r.type, r.head.key, r.tail.key) for r in found.relations} == {
            (r.type, r.head.key, r.tail.key) for r in wanted.relations
        }


def test_a_second_push_adds_nothing(server, project, folder, ie):
    before = tasks_of(server, project)
    command = ("label-studio", "push", folder, "--project", project.title, "-e", "rules")
    again = ie(*command)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"0 documents sent, 5 there already: project {project.title}\n"
    (folder / "copy of plain.txt").write_bytes((folder / "plain.txt").read_bytes())
    (folder / "new.txt").write_text("公开信息9条。", encoding="utf-8")
    (folder / "bad.txt").write_bytes(b"\x00\x01\x02")
    more = ie(*command, "--batch", 1)
    assert more.returncode == 1
    assert more.stdout.startswith("1 documents sent, 6 there already")
    assert re.fullmatch(r"ie: \S+bad\.txt: .+\n", more.stderr)
    after = tasks_of(server, project)
    assert len(after) == 6
    assert before.items() <= after.items()


def test_a_push_that_broke_off_goes_on_where_it_was(server, title, documents):
    project = sync.open_project(server, title)

    def power_cut() -> Iterator[Document]:
        yield from documents[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(sync.push(server, project, power_cut(), None, batch=2))
    assert len(server.tasks(project)) == 2
    sent = list(sync.push(server, project, documents, None, batch=2))
    assert [s.new for s in sorted(sent, key=lambda s: s.task)] == [False] * 2 + [True] * 3
    assert len(server.tasks(project)) == 5


def test_an_answer_that_got_lost_makes_no_second_task(server, title, documents, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    project = sync.open_project(server, title)
    sent = server.send
    lost = []

    def lose_the_first_answer(*arguments: Any) -> Any:
        answer = sent(*arguments)
        if not lost:
            lost.append(answer)
            raise BrokenOffError("here", "the answer broke off")
        return answer

    monkeypatch.setattr(server, "send", lose_the_first_answer)
    found = list(sync.push(server, project, documents, None, batch=3))
    assert [s.new for s in found] == [True] * 5
    assert {s.name: s.task for s in found} == tasks_of(server, project)


def test_of_several_annotations_one_is_chosen(server, project, tmp_path):
    tasks = tasks_of(server, project)
    plain = Document(TEXTS["plain.txt"], name="plain.txt")
    date = as_saved(Annotations(plain, (plain.span(0, 5, "DATE"),)))
    site = as_saved(Annotations(plain, (plain.span(6, 11, "CHANNEL", type="website"),)))
    submit(server, tasks["plain.txt"], site)
    newest = submit(server, tasks["plain.txt"], date)
    submit(server, tasks["plain.txt"], site, was_cancelled=True)
    submit(server, tasks["nothing.txt"], [], was_cancelled=True)
    submit(server, tasks["rates.txt"], [])
    pulled = sync.pull(server, project)
    assert (pulled.cancelled, pulled.unlabelled, pulled.failures) == (1, 2, [])
    assert pulled.rows[0][1]["annotation"] == newest
    assert [len(a.spans) for a, _ in pulled.rows] == [1, 0]
    truth = submit(server, tasks["plain.txt"], site)
    server.sdk.annotations.update(truth, ground_truth=True)
    submit(server, tasks["plain.txt"], date)
    assert sync.pull(server, project).rows[0][1]["annotation"] == truth
    assert len(sync.pull(server, project, "annotator@example.org").rows) == 2
    assert sync.pull(server, project, "somebody@example.org").rows == []


def test_drafts_are_reported_and_not_taken(server, project, tmp_path, ie):
    import httpx

    tasks = tasks_of(server, project)
    plain = Document(TEXTS["plain.txt"], name="plain.txt")
    date = as_saved(Annotations(plain, (plain.span(0, 5, "DATE"),)))
    annotation = submit(server, tasks["plain.txt"], date)
    headers = server.sdk._client_wrapper.get_headers()
    for path in (
        f"tasks/{tasks['rates.txt']}/drafts",
        f"tasks/{tasks['plain.txt']}/annotations/{annotation}/drafts",
    ):
        body = {"result": date, "lead_time": 1}
        httpx.post(f"{server.url}/api/{path}", json=body, headers=headers).raise_for_status()
    done = ie("label-studio", "pull", "-p", project.title, "-o", tmp_path / "s.jsonl")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert "changes by annotator@example.org that were never submitted" in lines[0]
    assert f"task {tasks['rates.txt']}: a draft by annotator@example.org" in lines[1]


def test_an_exported_file_is_read_without_a_server(server, project, tmp_path, ie):
    submit(server, tasks_of(server, project)["hard.txt"], as_saved(of_hard()))
    export, store = tmp_path / "export.json", tmp_path / "store.jsonl"
    export.write_bytes(server.sdk.projects.exports.as_binary(project.id))
    nowhere = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", "PATH": "/bin"}
    done = ie("label-studio", "pull", "--from", export, "-o", store, env=nowhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert next(read_store(store)).spans == of_hard().spans


# Active learning


class Unsure:
    """Finds the first character and knows how sure it is: the less, the longer the text."""

    name = "unsure-1"

    @staticmethod
    def annotate(document: Document) -> Annotations:
        from ie.document import Span

        score = 1 / len(document.text)
        return Annotations(document, (Span(0, 1, "AGENCY", score=score),))


def test_tasks_are_handed_out_in_the_order_of_their_priority(server, project):
    submit(server, tasks_of(server, project)["plain.txt"], [])
    waiting = queue.read_queue(server, project)
    assert len(waiting.tasks) == len(waiting.documents) == 4
    assert [d.name for d in waiting.annotated] == ["plain.txt"]
    ranked = order.order(waiting.documents, Unsure.annotate, waiting.annotated)
    names = [waiting.documents[r.place].name for r in ranked]
    for _ in range(2):  # the second time the predictions are replaced
        queue.hand_out(server, project, waiting, ranked, Unsure.name)
        waiting = queue.read_queue(server, project)
        assert all(set(t.predictions) == {"rules-test", "unsure-1"} for t in waiting.tasks)
    ascending = json.dumps({"ordering": ["tasks:predictions_score"]})
    listed = server.sdk.tasks.list(project=project.id, query=ascending)
    assert [t.data["name"] for t in listed if not t.total_annotations] == names
    assert server.project(project.title).model_version == "unsure-1"


# The model backend: see test_backend.py


# What breaks


def one_line(error: IeError) -> str:
    assert "\n" not in str(error)
    return str(error)


def test_both_kinds_of_keys_are_taken_and_a_wrong_one_is_one_line(label_studio, tmp_path, ie):
    for key in (label_studio.token, label_studio.legacy_token):
        assert connect(Settings(label_studio.url, key)).find("no such project") is None
    changed = label_studio.token[:-3] + "xyz"
    for wrong in ("0" * 40, changed):
        store = tmp_path / "s.jsonl"
        done = ie("label-studio", "pull", "-p", "any", "-o", store, "--key", wrong)
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(r"ie: \S+: the key is refused \(.+\); copy a token .+\n", done.stderr)
        assert wrong not in done.stderr
        assert not store.exists()


def test_a_server_that_is_down_is_one_line(folder, ie):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = ie("label-studio", "push", folder, "-p", "any", "-e", "none", "--url", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"ie: {url}: no answer, connection refused; is Label Studio running there?\n"
    )


def test_a_project_that_is_not_there_is_one_line(tmp_path, ie):
    store = tmp_path / "s.jsonl"
    done = ie("label-studio", "pull", "-p", "never made", "-o", store)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"ie: project never made: not on \S+; .+ creates it\n", done.stderr)
    assert not store.exists()


def test_a_project_deleted_half_way_ends_the_push(server, title, documents):
    project = sync.open_project(server, title)
    sending = sync.push(server, project, documents, None, batch=2)
    assert [next(sending).new, next(sending).new] == [True, True]
    server.sdk.projects.delete(project.id)
    with pytest.raises(ServerError) as raised:
        list(sending)
    assert one_line(raised.value) == (
        f"project {title}: not on {server.url}, or not any more; was it deleted?"
    )
    for ask in (server.export, server.tasks):
        with pytest.raises(ServerError, match="was it deleted"):
            ask(project)


def test_a_title_that_the_server_refuses_says_why(server):
    with pytest.raises(ServerError) as raised:
        sync.open_project(server, "ab")
    assert "title: Ensure this field has at least 3 characters" in one_line(raised.value)


def test_a_project_of_another_interface_is_not_pushed_to(server, title):
    config = '<View><Labels name="l" toName="t"><Label value="X"/></Labels>'
    config += '<Text name="t" value="$text"/></View>'
    server.create(title, config, "")
    with pytest.raises(ServerError) as raised:
        sync.open_project(server, title)
    assert "a labelling interface without" in one_line(raised.value)
    assert "ie label-studio config" in str(raised.value)


def test_two_projects_of_one_title_are_not_guessed_between(server, title):
    sync.open_project(server, title)
    server.sdk.projects.create(title=title, label_config=labelling_interface())
    with pytest.raises(ServerError, match="2 projects of this title"):
        server.find(title)


def test_an_edited_text_costs_its_task_alone(server, project, tmp_path, ie):
    tasks = tasks_of(server, project)
    for name in ("plain.txt", "rates.txt"):
        submit(server, tasks[name], [])
    data = {**next(t.data for t in server.tasks(project) if t.data["name"] == "plain.txt")}
    server.sdk.tasks.update(str(tasks["plain.txt"]), data=data | {"text": data["text"] + "!"})
    store = tmp_path / "s.jsonl"
    done = ie("label-studio", "pull", "-p", project.title, "-o", store)
    assert done.returncode == 1
    refused, last = done.stderr.splitlines()
    assert f"task {tasks['plain.txt']}" in refused
    assert "edited" in refused
    assert last == "ie: 1 tasks could not be read"
    assert [a.document.name for a in read_store(store)] == ["rates.txt"]


def test_a_span_that_stands_elsewhere_is_refused_with_the_words_around_it(
    server, project, tmp_path, ie
):
    result = as_saved(of_hard())
    result[0]["value"]["start"] += 1
    result[0]["value"]["end"] += 1
    hard = tasks_of(server, project)["hard.txt"]
    submit(server, hard, result)
    store = tmp_path / "s.jsonl"
    store.write_text("as it was", encoding="utf-8")
    done = ie("label-studio", "pull", "-p", project.title, "-o", store)
    assert done.returncode == 1
    assert f"task {hard}: " in done.stderr
    assert "年政府信息公开" in done.stderr
    assert store.read_text(encoding="utf-8") == "as it was"


def test_an_export_cut_short_is_one_line_wherever_it_is_cut(server, project, tmp_path):
    submit(server, tasks_of(server, project)["hard.txt"], as_saved(of_hard()))
    whole = server.sdk.projects.exports.as_binary(project.id)
    cut = tmp_path / "cut.json"
    for end in (0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:end])
        with pytest.raises(IeError) as raised:
            sync.read_export(cut)
        assert one_line(raised.value).startswith(str(cut))


def test_an_export_whose_connection_breaks_is_one_line_and_writes_nothing(
    server, project, tmp_path, ie
):
    from .cutting import Cut

    submit(server, tasks_of(server, project)["hard.txt"], as_saved(of_hard()))
    store = tmp_path / "s.jsonl"
    with Cut(server.url, "/export", after=2000) as url:
        done = ie("label-studio", "pull", "-p", project.title, "-o", store, "--url", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"ie: project .+: the answer broke off: .+; ask again\n", done.stderr)
    assert not store.exists()
