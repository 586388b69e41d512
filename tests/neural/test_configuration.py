"""Configurations: all that is wrong is named at once, each with its path."""

import pytest
import yaml
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.errors import ConfigError, ReadError
from ie.neural.configuration import Configuration, Stage, parse_configuration, read_configuration


@pytest.fixture
def write(tmp_path):
    def write(text, name="c.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path, *overrides) -> str:
    with pytest.raises(ConfigError) as error:
        read_configuration(path, overrides)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_empty_file_is_all_defaults(write):
    for text in ("", "# nothing\n", "{}"):
        assert read_configuration(write(text)) == Configuration()


def test_the_configurations_of_the_repository_are_right():
    paths = sorted((ROOT / "configs").glob("*.yaml"))
    assert paths
    for path in paths:
        assert read_configuration(path).training.stages


def test_three_errors_are_named_at_once_each_with_its_path(write):
    path = write(
        "windows: {size: 16}\n"
        "network: {dropout: 1.5, widht: 3}\n"
        "training: {stages: [{name: a}, {name: b, epochs: two}]}\n"
    )
    assert refused(path) == (
        f"{path}: windows.size: 16, input should be greater than or equal to 32; "
        "network.dropout: 1.5, input should be less than or equal to 1; "
        "network.widht: unknown key; "
        "training.stages.1.epochs: 'two', input should be a valid integer; "
        "expected the fields of configs/base.yaml"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("speed: 1", "speed: unknown key"),
        ("extend: a.yaml", "extend: unknown key"),
        ("data: {corpus: a.jsonl}", "data.corpus: 'a.jsonl', input should be a valid list"),
        ("name: 2015", "name: 2015, input should be a valid string"),
        ("training: {batch: 0}", "training.batch: 0, input should be greater than 0"),
        ("training: {batch: '8'}", "training.batch: '8', input should be a valid integer"),
        ("training: {batch: true}", "training.batch: True, input should be a valid integer"),
        ("training: {precision: fp8}", "training.precision: 'fp8', input should be 'fp32' or"),
        ("training: {stages: []}", "training.stages: [], list should have at least 1 item"),
        ("training: {stages: [{}]}", "training.stages.0.name: {}, field required"),
        ("training:", "training: None, input should be a valid dictionary"),
        ("1: 2", "1: 1, keys should be strings"),
        ("- a", "a list; expected keys and values"),
        ("a", "a str; expected keys and values"),
        ("a: [", "while parsing a flow node"),
        ("a: 2015-13-45", "month must be in 1..12; expected YAML"),
        ("[" * 100_000, "YAML nested too deeply"),
    ],
)
def test_one_error_is_named_with_file_and_path(write, text, problem):
    path = write(text)
    assert refused(path).startswith(f"{path}: {problem}")


def test_what_cannot_be_read_is_a_read_error(write, tmp_path):
    with pytest.raises(ReadError, match=r"nothing\.yaml: no such file"):
        read_configuration(tmp_path / "nothing.yaml")
    with pytest.raises(ReadError, match=r"c\.yaml.*utf-8"):
        read_configuration(write(b"\xff\xfe"))
    with pytest.raises(ReadError, match=r"base\.yaml: no such file"):
        read_configuration(write("extends: base.yaml"))


def test_extends_takes_what_the_file_is_silent_about(write):
    write("name: grandparent\noutput: far\nnetwork: {layers: 2, width: 64}", "up/a.yaml")
    write("extends: a.yaml\nname: parent\ndata: {real: [r]}", "up/b.yaml")
    path = write("extends: up/b.yaml\nnetwork: {layers: 3, dropout: 0}\ndata: {real: []}")
    c = read_configuration(path)
    assert (c.name, c.output) == ("parent", "far")
    assert (c.network.layers, c.network.width, c.network.dropout) == (3, 64, 0)
    assert c.data.real == []
    assert c.windows == Configuration().windows


def test_a_list_replaces_the_list_that_it_extends(write):
    write("training: {seed: 7, stages: [{name: a, epochs: 9}, {name: b}]}", "base.yaml")
    c = read_configuration(write("extends: base.yaml\ntraining: {stages: [{name: c}]}"))
    assert c.training.stages == [Stage(name="c")]
    assert c.training.seed == 7


def test_an_error_of_an_extended_file_names_what_was_read(write):
    write("windows: {size: 1}", "base.yaml")
    path = write("extends: base.yaml\nspeed: 1")
    assert refused(path).startswith(f"{path}: windows.size: 1, ")
    assert "; speed: unknown key; " in refused(path)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_files_that_extend_each_other_in_a_circle_are_refused(write, length):
    for i in range(length):
        write(f"extends: {(i + 1) % length}.yaml", f"{i}.yaml")
    start = write("extends: 0.yaml")
    last = start.parent.resolve() / f"{length - 1}.yaml"
    assert refused(start) == f"{last}: extends 0.yaml, which extends it; expected no circle"


def test_an_override_is_stronger_than_the_file_and_read_as_yaml(write):
    write("training: {seed: 5, batch: 4}", "base.yaml")
    path = write("extends: base.yaml\ntraining: {seed: 6}\nnetwork: {layers: 3}")
    overrides = [
        "training.seed=7",
        "network.layers=null",
        "name=a=b",
        "data.dev=[x, y]",
        "training.stages=[{name: only, epochs: 2}]",
        "training.batch=2",
        "training.batch=3",
    ]
    c = read_configuration(path, overrides)
    assert (c.training.seed, c.network.layers, c.name) == (7, None, "a=b")
    assert c.data.dev == ["x", "y"]
    assert c.training.stages == [Stage(name="only", epochs=2)]
    assert c.training.batch == 3


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.seed", "training.seed: no =; expected path.to.key=value"),
        ("name.first=a", "name.first=a: name holds no keys; expected path.to.key=value"),
        ("training.seed=[1", "training.seed=[1: while parsing a flow sequence"),
    ],
)
def test_an_override_that_cannot_be_put_is_named_itself(write, override, message):
    assert refused(write("name: x"), override).startswith(message)


def test_an_override_of_a_wrong_value_is_refused_like_one_in_the_file(write):
    path = write("")
    message = refused(path, "training.seed=-1", "training.sed=1")
    assert message.startswith(
        f"{path}: training.seed: -1, input should be greater than or equal to 0; "
        "training.sed: unknown key; "
    )


WORDS = st.text("公开no1.~: #'\"\n\t-[]{}&*!|>%@`\\😀", max_size=12)
CONFIGURATIONS = st.builds(
    lambda name, dev, size, layers, rate, seed, stages: parse_configuration(
        {
            "name": name,
            "data": {"dev": dev},
            "windows": {"size": size},
            "network": {"layers": layers, "dropout": rate},
            "training": {"seed": seed, "stages": stages},
        },
        "test",
    ),
    WORDS,
    st.lists(WORDS, max_size=3),
    st.integers(32, 400),
    st.none() | st.integers(1, 12),
    st.floats(0, 1),
    st.integers(0, 2**40),
    st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["公开", "no", "1", "null"])},
            optional={"encoder_rate": st.floats(1e-9, 0.9), "patience": st.none()},
        ),
        min_size=1,
        max_size=2,
    ),
)


@given(CONFIGURATIONS)
@settings(max_examples=50, deadline=None)
def test_what_is_written_as_yaml_reads_back_as_the_same(tmp_path_factory, configuration):
    path = tmp_path_factory.getbasetemp() / "round.yaml"
    path.write_text(configuration.to_yaml(), encoding="utf-8", newline="")
    assert read_configuration(path) == configuration


def test_the_yaml_holds_every_field_with_its_default():
    written = yaml.safe_load(Configuration().to_yaml())
    assert written == Configuration().model_dump()
    assert written["windows"] == {"size": 256, "overlap": 48, "path": 32}


def test_a_configuration_cannot_be_altered():
    with pytest.raises(ValueError, match="frozen"):
        Configuration().name = "b"
