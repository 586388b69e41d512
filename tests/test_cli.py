from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLE, ROOT, start
from reports import write_reports

import ie as package
from ie.report import Report

GOLD = EXAMPLE.with_name("yunxi-2015.gold.json")
TEXT = "2016年青河县政府信息公开工作年度报告\n一、概述\n主动公开政府信息642条。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good files, in two encodings, among bad ones."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.txt").write_bytes(TEXT.encode("utf-8"))
    (tmp_path / "deep" / "b.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.txt").write_bytes(b"\x7fELF\x00\x01")
    (tmp_path / "broken.txt").write_bytes(TEXT.encode("utf-8") + b"\xff\xff")
    return tmp_path


def one_line(err: str) -> str:
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert err.startswith("ie: ")
    return err


def without_privileges() -> None:
    """In a child process: make the permissions of files hold for root, too."""
    drop_from_bounding_set = 24
    for capability in (1, 2):  # to override, and to read and search, whatever is not allowed
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.fixture
def locked(folder: Path) -> Iterator[Path]:
    """A folder with a file that cannot be read and a folder that cannot be entered."""
    for name in ("locked.txt", "locked.json"):
        (folder / name).write_text(TEXT, encoding="utf-8")
        (folder / name).chmod(0)
    (folder / "deep").chmod(0)
    tried = subprocess.run(
        ["cat", folder / "locked.txt"], preexec_fn=without_privileges, capture_output=True
    )
    if tried.returncode == 0:
        pytest.skip("nothing is closed to this user")
    yield folder
    (folder / "deep").chmod(0o700)


def test_help_and_version(ie):
    done = ie("--help")
    assert done.returncode == 0
    for command in ("predict", "schema", "evaluate", "compare"):
        assert command in done.stdout
    assert ie("--version").stdout == f"ie {package.__version__}\n"


def test_help_imports_nothing_heavy(ie):
    done = ie("--help", env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"})
    for module in ("pydantic", "ie.rules", "ie.report", "numpy", "charset_normalizer"):
        assert module not in done.stderr


def test_one_file_gives_one_json_report(ie):
    done = ie("predict", EXAMPLE)
    assert (done.returncode, done.stderr) == (0, "")
    report = Report.model_validate_json(done.stdout)
    assert report.annotations is None
    assert report.source.name == EXAMPLE.name
    text = EXAMPLE.read_bytes().decode("utf-8")
    for fact in report.facts:
        assert text[fact.evidence.start : fact.evidence.end] == fact.evidence.text
    assert "公开" in done.stdout
    assert done.stdout.startswith("{\n  ")


def test_a_folder_with_one_file_gives_json_if_asked(ie, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert json.loads(ie("predict", tmp_path, "--format", "json").stdout)["facts"]


def test_every_way_to_count_lines_finds_one_a_report(ie, tmp_path):
    name = "a\u2028b\x85c\u2029.txt"
    (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (line,) = ie("predict", tmp_path).stdout.splitlines()
    assert json.loads(line)["source"]["name"] == name


def test_annotations_are_kept_on_demand(ie):
    report = Report.model_validate_json(ie("predict", EXAMPLE, "--annotations").stdout)
    assert report.annotations is not None
    assert report.annotations.spans


def test_table_for_people(ie):
    done = ie("predict", EXAMPLE, "--format", "table")
    assert done.returncode == 0
    assert "云溪县" in done.stdout
    assert "Summary" in done.stdout
    assert "\x1b[" not in done.stdout
    lines = ie("predict", "-", "--format", "table", input=TEXT).stdout.splitlines()
    assert "1 fact" in [line.strip() for line in lines]


def test_standard_input(ie):
    done = ie("predict", "-", input=TEXT)
    assert json.loads(done.stdout)["facts"][0]["value"] == 642
    assert "standard input: an empty file" in one_line(ie("predict", "-", input="").stderr)


def test_a_locale_without_chinese(ie):
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert "云溪县" in ie("predict", EXAMPLE, env=env).stdout


def test_a_folder_gives_json_lines_and_lists_the_bad_files(ie, folder):
    done = ie("predict", folder)
    assert done.returncode == 1
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["source"]["name"] for r in reports] == ["a.txt", "deep/b.txt"]
    assert [r["source"]["encoding"] for r in reports] == ["utf-8", "gb18030"]
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert [Path(line.split(": ")[1]).name for line in lines[:3]] == [
        "binary.txt",
        "broken.txt",
        "empty.txt",
    ]
    assert lines[3] == "ie: 3 failed, of 5 files"


def test_output_takes_the_good_ones(ie, folder):
    target = folder / "out.jsonl"
    done = ie("predict", folder, folder / "a.txt", folder / "missing.txt", "-o", target)
    assert (done.returncode, done.stdout) == (1, "")
    assert "missing.txt: no such file" in done.stderr
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2
    assert not target.with_name("out.jsonl.partial").exists()


def test_output_stays_when_all_fail(ie, folder):
    target = folder / "out.jsonl"
    target.write_text("old")
    done = ie("predict", folder / "empty.txt", folder / "binary.txt", "-o", target)
    assert done.returncode == 1
    assert target.read_text() == "old"
    assert not target.with_name("out.jsonl.partial").exists()


def test_what_may_not_be_read_costs_nothing_else(ie, locked):
    for bad, message in (
        ("locked.txt", "locked.txt: Permission denied"),
        ("deep", "deep: Permission denied"),
        ("deep/b.txt", "b.txt: Permission denied"),
    ):
        done = ie("predict", locked / "a.txt", locked / bad, preexec_fn=without_privileges)
        assert done.returncode == 1
        assert len(done.stdout.splitlines()) == 1
        bad_line, total = done.stderr.splitlines()
        assert message in bad_line
        assert total == "ie: 1 failed, of 2 files"


def test_what_may_not_be_read_is_one_line(ie, locked):
    good, text = locked / "a.txt", locked / "deep"
    for arguments in (
        ("predict", locked / "deep" / "b.txt"),
        ("predict", good, "-o", locked / "deep" / "out.json"),
        ("evaluate", "--gold", locked / "deep", "--texts", locked),
        ("evaluate", "--gold", locked, "--texts", text),
        ("compare", good, "--with", "rules", "--and", locked / "locked.json"),
        ("compare", text / "b.txt", "--with", "rules", "--and", "rules"),
    ):
        done = ie(*arguments, preexec_fn=without_privileges)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Permission denied" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "no such file"),
        ("empty.txt", "an empty file; expected the text of a report"),
        ("binary.txt", "looks like a program; expected a text file"),
        ("broken.txt", "0xff at byte 100 is not utf-8"),
        ("a.txt/b.txt", "Not a directory"),
    ],
)
def test_a_bad_file_is_one_line(ie, folder, name, message):
    done = ie("predict", folder / name)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in one_line(done.stderr)


def test_what_cannot_be_written_is_one_line(ie, folder):
    good = folder / "a.txt"
    for target, message in (
        (folder / "nowhere" / "out.json", f"there is no folder {folder / 'nowhere'}"),
        (good / "out.json", f"there is no folder {good}"),
        ("/dev/full", "No space left on device"),
    ):
        done = ie("predict", good, "-o", target)
        assert done.returncode == 1
        assert message in one_line(done.stderr)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        for arguments in (("predict", good), ("schema",), ("--help",), ("--version",)):
            done = ie(*arguments, stdout=full)
            assert done.returncode == 1
            assert "standard output: No space left" in one_line(done.stderr)
        lines = ie("predict", folder / "binary.txt", good, stdout=full).stderr.splitlines()
        assert lines[-1] == "ie: standard output: No space left on device"
        assert "binary.txt: looks like a program" in lines[0]


def test_a_stream_that_is_closed(ie, folder):
    good, target = folder / "a.txt", folder / "out.json"
    done = ie("predict", good, preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (1, "ie: standard output: closed\n")
    done = ie("predict", good, "-o", target, preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, "")
    json.loads(target.read_text(encoding="utf-8"))
    done = ie("predict", folder, preexec_fn=lambda: os.close(2))
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    done = ie("predict", "-", preexec_fn=lambda: os.close(0))
    assert (done.returncode, done.stdout) == (1, "")
    assert "standard input: closed" in one_line(done.stderr)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = ie("predict", folder, stderr=full)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)


def test_a_disk_that_fills_up_keeps_what_was_finished(ie, tmp_path):
    for i in range(9):
        (tmp_path / f"{i}.txt").write_text(TEXT, encoding="utf-8")
    target = tmp_path / "out.jsonl"
    size = len(ie("predict", tmp_path / "0.txt", "--format", "jsonl").stdout.encode())
    target.write_text("old")
    room = 2 * size + size // 2
    done = ie(
        *("predict", tmp_path, "-o", target),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 1
    partial = target.with_name("out.jsonl.partial")
    assert f"File too large; {partial} holds the 2 finished before" in one_line(done.stderr)
    assert target.read_text() == "old"
    lines = partial.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["source"]["name"] for line in lines] == ["0.txt", "1.txt"]


def test_usage_errors(ie, folder):
    good = folder / "a.txt"
    for arguments, message in (
        (("predict", good, "--extractor", "magic"), "expected one of model, rules"),
        (("predict", folder, "--format", "json"), "use --format jsonl"),
        (("predict", good, "-o", good), "an input as output"),
        (("predict", good.as_uri(), "-o", good), "an input as output"),
        (("predict", folder.as_uri(), "-o", good), "an input as output"),
        (("predict", folder, "-o", folder / "b.jsonl", "--shard", 9), "--shard: no folder to"),
        (("compare", good, "--with", "rules", "--and", "magic"), "expected one of model, rules"),
        (("predict", ""), "'': an empty name"),
        (("predict", good, "-o", ""), "'': an empty name"),
        (("predict",), "Missing argument"),
        (("predict", good, "--format", "xml"), "--format"),
        (("nonsense",), "No such command 'nonsense'; see ie --help"),
    ):
        done = ie(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in one_line(done.stderr)
    assert good.read_text(encoding="utf-8") == TEXT
    alone = ie()
    assert (alone.returncode, alone.stderr) == (2, "")
    assert alone.stdout == ie("--help").stdout


def test_a_reader_that_stops_is_no_error(tmp_path):
    for i in range(50):
        (tmp_path / f"{i}.txt").write_text(TEXT, encoding="utf-8")
    process = start("predict", tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    json.loads(process.stdout.readline())
    process.stdout.close()
    err = process.stderr.read()
    process.wait(60)
    assert err == ""


def test_ctrl_c_keeps_what_was_finished(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    for i in range(400):
        (texts / f"{i:03}.txt").write_bytes(EXAMPLE.read_bytes())
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    (texts / "000.txt").write_text("")
    process = start("predict", texts, "-o", target)
    assert process.stderr is not None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(p.stat().st_size for p in tmp_path.glob("out.jsonl.partial")):
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    err = process.stderr.read()
    assert process.wait(60) == 130
    assert target.read_text() == "old"
    partial = tmp_path / "out.jsonl.partial"
    reports = [json.loads(line) for line in partial.read_text(encoding="utf-8").splitlines()]
    assert 0 < len(reports) < 400
    assert err.splitlines() == [
        f"ie: interrupted; {len(reports)} of 400 reports finished, in {partial}; "
        "the same command goes on",
        f"ie: {texts / '000.txt'}: an empty file; expected the text of a report",
        "ie: 1 failed, of 400 files",
    ]


def test_a_run_that_was_killed_goes_on(ie, tmp_path):
    texts = tmp_path / "texts"
    write_reports(texts, 60)
    command = ("predict", texts, "-e", "rules", "--workers", 2)
    assert ie(*command, "-o", tmp_path / "whole.jsonl").returncode == 0
    target, partial = tmp_path / "out.jsonl", tmp_path / "out.jsonl.partial"
    process = start(*command, "-o", target)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (partial.exists() and partial.stat().st_size):
        time.sleep(0.001)
    process.kill()
    process.wait(60)
    done = ie(*command, "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert target.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not partial.exists()


def test_a_folder_gets_parquet_files(ie, folder, tmp_path):
    out = tmp_path / "out"
    done = ie("predict", folder, "-e", "rules", "-o", f"{out}/", "--shard", 2)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ie: 3 failed, of 5 files"
    names = ["errors.jsonl", *(f"part-0000{i}.parquet" for i in range(3))]
    assert sorted(p.name for p in out.iterdir()) == names
    before = [p.read_bytes() for p in sorted(out.iterdir())]
    again = ie("predict", folder, "-e", "rules", "-o", out, "--shard", 2)
    assert again.stderr == done.stderr
    assert [p.read_bytes() for p in sorted(out.iterdir())] == before
    refused = ie("predict", folder, "-o", out, "--format", "table")
    assert "--format: not for a folder" in one_line(refused.stderr)
    refused = ie("predict", folder, "-o", tmp_path / "out.jsonl", "--engine", "ray")
    assert "--engine ray: no folder to write to; add -o OUT/" in one_line(refused.stderr)
    refused = ie("predict", "-", "-o", f"{tmp_path}/out/", "--engine", "ray")
    assert "standard input, which other machines cannot read" in one_line(refused.stderr)


def test_what_names_no_file_costs_no_finished_report(ie, folder, tmp_path):
    (tmp_path / "none").mkdir()
    out, target = tmp_path / "out", tmp_path / "out.jsonl"
    assert ie("predict", folder, "-e", "rules", "-o", f"{out}/").returncode == 1
    begun = ie("predict", folder, "-e", "rules").stdout
    target.with_name("out.jsonl.partial").write_text(begun, encoding="utf-8")
    before = [p.read_bytes() for p in sorted(out.iterdir())]
    for name, message in (("none", "no *.txt file"), ("mistyped", "no such file")):
        for given in (tmp_path / name, (tmp_path / name).as_uri()):
            for where in (f"{out}/", target):
                done = ie("predict", given, "-e", "rules", "-o", where, "--format", "jsonl")
                assert done.returncode == 1
                assert message in one_line(done.stderr)
    assert [p.read_bytes() for p in sorted(out.iterdir())] == before
    assert target.with_name("out.jsonl.partial").read_text(encoding="utf-8") == begun


def test_a_folder_by_its_uri_is_a_folder(ie, folder, tmp_path):
    target = tmp_path / "out.jsonl"
    assert ie("predict", folder, "-e", "rules", "-o", tmp_path / "same.jsonl").returncode == 1
    done = ie("predict", folder.as_uri(), "-e", "rules", "-o", target)
    assert done.stderr.splitlines()[-1] == "ie: 3 failed, of 5 files"
    assert target.read_bytes() == (tmp_path / "same.jsonl").read_bytes()
    one = ie("predict", (folder / "a.txt").as_uri(), "-e", "rules")
    assert one.stdout == ie("predict", folder / "a.txt", "-e", "rules").stdout


def test_standard_output_by_name_gets_all_reports(ie, folder):
    plain = ie("predict", folder, "-e", "rules")
    named = ie("predict", folder, "-e", "rules", "-o", "/dev/stdout")
    assert (named.returncode, named.stdout) == (1, plain.stdout)


def test_standard_input_goes_on_too(ie, folder, tmp_path):
    command = ("predict", "-", folder / "a.txt", "-e", "rules", "-o", tmp_path / "out.jsonl")
    assert ie(*command, input=TEXT).returncode == 0
    data = (tmp_path / "out.jsonl").read_bytes()
    first = data.splitlines(keepends=True)[0]
    for changed in (first, first.replace(b'"utf-8"', b'"gbk"')):
        (tmp_path / "out.jsonl.partial").write_bytes(changed + b"torn")
        done = ie(*command, input=TEXT)
        assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / "out.jsonl").read_bytes() == data


def test_a_file_named_as_standard_input(ie, folder):
    (folder / "-").write_bytes((folder / "a.txt").read_bytes())
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "ie", "predict", "./-", "-e", "rules"]
    done = subprocess.run(program, cwd=folder, env=env, input=b"", capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["source"]["name"] == "-"


@pytest.mark.parametrize("module", ["typer", "ie.extractors", "pydantic", "ie.neural.model"])
def test_ctrl_c_while_it_starts_is_silent(module):
    program = f"""
import sys
class Interrupt:
    def find_spec(name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt)
from ie.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "predict", EXAMPLE], cwd=ROOT, capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_a_name_that_is_not_utf8_is_readable(ie, tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + "/报.txt".encode("gbk"))
    assert f"{tmp_path}/\ufffd\ufffd.txt: no such file" in one_line(ie("predict", name).stderr)


def test_schema(ie):
    schema = json.loads(ie("schema").stdout)
    assert "facts" in schema["properties"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_compare_with_gold(ie):
    done = ie("compare", EXAMPLE, "--with", "rules", "--and", GOLD)
    assert done.returncode == 0
    assert "Entries" in done.stdout
    same = ie("compare", EXAMPLE, "--with", GOLD, "--and", GOLD, "--json")
    assert json.loads(same.stdout)["differences"] == []


def test_compare_shows_model_and_rules_and_each_with_gold(ie):
    pairs = json.loads(ie("compare", EXAMPLE, "--gold", GOLD, "--json").stdout)
    gold = GOLD.name
    assert [(c["a"], c["b"]) for c in pairs] == [
        ("model", "rules"),
        ("model", gold),
        ("rules", gold),
    ]


def test_audit(ie, tmp_path):
    store = ROOT / "annotations" / "dev.jsonl"
    done = ie("audit", store)
    assert (done.returncode, done.stderr) == (0, "")
    broken = tmp_path / "broken.jsonl"
    broken.write_text(
        store.read_text(encoding="utf-8").splitlines()[0].replace('"start":', '"start":1', 1)
    )
    done = ie("audit", broken)
    assert done.returncode == 1
    assert "broken.jsonl line 1" in one_line(done.stderr)


def test_train_says_all_that_is_wrong_with_a_configuration(ie, tmp_path):
    config = tmp_path / "bad.yaml"
    config.write_text("training: {batch: none, sead: 1}\nnetwork: {width: -3}\n")
    done = ie("train", config)
    assert done.returncode == 1
    line = one_line(done.stderr)
    for path in ("training.batch", "training.sead: unknown key", "network.width"):
        assert path in line


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_model_that_is_none_is_one_line(ie, tmp_path, folder):
    done = ie("predict", EXAMPLE, "--model", tmp_path / folder)
    assert done.returncode == 1
    assert "model.json: no such file; expected a model folder" in one_line(done.stderr)


def test_compare_reads_its_file(ie, tmp_path):
    saved, text = tmp_path / "saved.json", EXAMPLE.read_bytes().decode("utf-8")
    saved.write_text(ie("predict", EXAMPLE).stdout, encoding="utf-8")
    done = ie("compare", "-", "--and", saved, "--json", input=text)
    assert json.loads(done.stdout)["b"] == "saved.json"
    assert json.loads(done.stdout)["differences"][:1] == []
    missing = ie("compare", tmp_path / "no.txt", "--with", saved, "--and", saved)
    assert "no.txt: no such file" in one_line(missing.stderr)
    other = ie("compare", "-", "--with", saved, "--and", saved, input=TEXT)
    assert other.returncode == 1
    assert "saved.json: a report of yunxi-2015.txt" in one_line(other.stderr)


def test_evaluate(ie, tmp_path):
    gold, texts = tmp_path / "gold", tmp_path / "texts"
    gold.mkdir()
    texts.mkdir()
    name = json.loads(GOLD.read_text(encoding="utf-8"))["doc"]
    (gold / f"{name}.json").write_bytes(GOLD.read_bytes())
    (texts / f"{name}.txt").write_bytes(EXAMPLE.read_bytes())
    done = ie("evaluate", "--gold", gold, "--texts", texts, "--errors")
    assert done.returncode == 0
    assert "facts.coded" in done.stdout
    assert "mistakes" in done.stdout
    both = json.loads(ie("evaluate", "--gold", gold, "--texts", texts, "--json").stdout)
    assert list(both) == ["model", "rules"]
    done = ie("evaluate", "--gold", gold, "--texts", texts, "-e", "rules", "--json")
    assert json.loads(done.stdout) == both["rules"]
    assert 0.5 < both["model"]["pooled"]["facts.all"]["f1"] <= 1
    missing = ie("evaluate", "--gold", tmp_path, "--texts", texts)
    assert missing.returncode == 1
    one_line(missing.stderr)
    missing = ie("evaluate", "--gold", gold, "--texts", tmp_path / "nowhere")
    assert "nowhere: no such folder" in one_line(missing.stderr)


def test_evaluate_reads_a_store(ie):
    done = ie("evaluate", "--gold", ROOT / "annotations" / "dev.jsonl", "-e", "rules", "--json")
    assert len(json.loads(done.stdout)["documents"]) == 7


def test_the_command_is_installed_under_its_name():
    assert 'ie = "ie.cli:main"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
