from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from ie.annotation.label_studio.interface import (
    APPROX,
    COLOURS,
    INDICATOR,
    INDICATOR_GROUPS,
    LABELS_WITH,
    STATED,
    TEXT,
    TYPE,
    UNDERLINES,
    VALUE,
    instructions,
    labelling_interface,
    lacking,
)
from ie.document import Attributes
from ie.labels import APPROXIMATIONS, CHANNEL_TYPES, INDICATORS, RELATIONS, SPAN_LABELS

VIEW = ElementTree.fromstring(labelling_interface())


def control(name):
    (found,) = VIEW.findall(f".//*[@name='{name}']")
    return found


def saved(parent):
    """What the choices of a control are saved as."""
    return [choice.get("alias") for choice in parent.iter("Choice") if choice.get("alias")]


def test_labels_are_saved_by_our_names_and_shown_in_chinese():
    labels = VIEW.findall(".//Label")
    assert {label.get("alias"): label.get("value") for label in labels} == SPAN_LABELS


def test_labels_have_hotkeys_and_colours_of_their_own():
    labels = VIEW.findall(".//Label")
    assert len({label.get("hotkey") for label in labels}) == len(SPAN_LABELS)
    assert {label.get("alias"): label.get("background") for label in labels} == COLOURS
    assert len(set(COLOURS.values())) == len(SPAN_LABELS)


def test_relations_have_only_their_legal_names():
    assert [r.get("value") for r in VIEW.findall("./Relations/Relation")] == list(RELATIONS)


def test_every_indicator_is_in_one_group_and_found_by_code_and_chinese_name():
    grouped = [code for codes in INDICATOR_GROUPS.values() for code in codes]
    assert sorted(grouped) == sorted(INDICATORS)
    leaves = [c for c in control(INDICATOR).iter("Choice") if c.get("alias")]
    assert [leaf.get("alias") for leaf in leaves] == grouped
    for leaf in leaves:
        shown = leaf.get("value")
        assert leaf.get("alias") in shown
        assert INDICATORS[leaf.get("alias")].name in shown


def test_no_indicator_holds_what_divides_the_path_of_a_taxonomy():
    assert not any(" / " in c.get("value") for c in control(INDICATOR).iter("Choice"))


def test_choices_are_those_of_the_labels():
    assert saved(control(APPROX)) == list(APPROXIMATIONS)
    assert saved(control(TYPE)) == list(CHANNEL_TYPES)
    assert saved(control(STATED)) == ["none"]


def test_each_attribute_has_a_control_for_the_labels_that_can_have_it():
    assert set(LABELS_WITH) == set(Attributes.__slots__)
    for name, labels in LABELS_WITH.items():
        assert control(name).get("perRegion") == "true"
        assert control(name).get("toName") == TEXT
        assert control(name).get("whenLabelValue").split(",") == list(labels)


def test_labels_that_look_alike_at_30_percent_differ_in_line():
    alike = ("COUNT RATE", "COUNT AGENCY", "COUNT CHANNEL", "RATE AGENCY", "RATE CHANNEL")
    alike += ("AGENCY CHANNEL", "DOC_NUMBER DOC_TITLE", "DOC_TITLE CHANNEL", "DOC_TITLE INDICATOR")
    for first, second in map(str.split, alike):
        assert UNDERLINES[first] != UNDERLINES[second]
    style = VIEW.find("Style").text
    for name, chinese in SPAN_LABELS.items():
        line = f"border-bottom: 3px {UNDERLINES[name]} {COLOURS[name]};"
        assert f'.htx-highlight[data-label$=":{chinese}"] {{ {line} }}' in style


def test_style_holds_what_label_studio_hands_on_as_it_is():
    assert not set(VIEW.find("Style").text) & set("<>&")


def test_decimals_are_typed_as_text():
    # A Number field of Label Studio makes 0.985 of a typed 0.9085.
    assert control(VALUE).tag == "TextArea"


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("指标代码", "代码", ""),  # what annotators see may be put in other words
        ('<Relation value="via" />', "", "via in <Relations>"),
        ('alias="RATE"', 'alias="SHARE"', "RATE in <Labels name=label>"),
        ('name="unit"', 'name="units"', "<TextArea name=unit>"),
        ("</View>", "", "everything: it is no XML"),
    ],
)
def test_what_an_interface_lacks_is_said(old, new, missing):
    assert old in labelling_interface()
    assert lacking(labelling_interface().replace(old, new)) == missing


def test_space_is_shown_as_it_is():
    # Else a browser shows two spaces as one, and saves the text of a region so.
    assert "white-space: pre-wrap" in VIEW.find("Style").text


def test_label_studio_accepts_it():
    sdk = pytest.importorskip("label_studio_sdk.label_interface")
    interface = sdk.LabelInterface(labelling_interface())
    interface.validate()
    assert set(interface.get_control("label").labels) == set(SPAN_LABELS)


def test_instructions_name_all_there_is():
    text = instructions()
    for name in (*SPAN_LABELS, *SPAN_LABELS.values(), *RELATIONS):
        assert name in text


def test_instructions_hold_only_what_label_studio_keeps():
    tags = re.findall(r"<(/?)(\w+)>", instructions())
    assert {name for _, name in tags} <= {"h3", "ul", "li", "p", "b", "code"}
    opened = [name for slash, name in tags if not slash]
    assert sorted(opened) == sorted(name for slash, name in tags if slash)
    assert not re.search(r"[<>&]", re.sub(r"</?\w+>", "", instructions()))


def test_command_prints_it(ie):
    assert ie("label-studio", "config").stdout == labelling_interface()
    assert ie("label-studio", "config", "--instructions").stdout == instructions()


def test_command_alone_prints_its_help(ie):
    done = ie("label-studio")
    assert done.returncode == 2
    assert "config" in done.stdout
