"""The labelling interface: the XML configuration of a Label Studio project.

It is generated from :mod:`ie.labels`. What annotators see is Chinese; what is saved is the
``alias`` of a label or choice, and that is our own name of it. Relations have no alias, so
they are shown by their names. :func:`instructions` is what annotators read beside it.
"""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, indent, tostring

from ie.annotation.label_studio.instructions import instructions
from ie.labels import APPROXIMATIONS, CHANNEL_TYPES, INDICATORS, RELATIONS, SPAN_LABELS

TEXT: Final = "text"
"""Name of the object tag, and of the field of a task's data that it shows."""

LABEL: Final = "label"
INDICATOR: Final = "indicator"
VALUE: Final = "value"
UNIT: Final = "unit"
APPROX: Final = "approx"
TYPE: Final = "type"
STATED: Final = "stated"
"""Names of the control tags; all but the first are named as the attribute that they set."""

LABELS_WITH: Final[dict[str, tuple[str, ...]]] = {
    STATED: ("INDICATOR",),
    INDICATOR: ("COUNT", "RATE", "INDICATOR"),
    VALUE: ("COUNT", "RATE"),
    UNIT: ("COUNT", "RATE"),
    APPROX: ("COUNT", "RATE"),
    TYPE: ("CHANNEL",),
}
"""Attribute → the labels whose spans can have it, in the order of the interface.

The value of a zero said in words is not asked for: it follows from ``stated``.
"""

COLOURS: Final = {
    "COUNT": "#0072B2",
    "RATE": "#56B4E9",
    "DOC_NUMBER": "#F0E442",
    "DOC_TITLE": "#E69F00",
    "AGENCY": "#009E73",
    "CHANNEL": "#CC79A7",
    "INDICATOR": "#D55E00",
    "DATE": "#000000",
}
"""The eight colours of Okabe and Ito, which colour-blind people can tell apart."""

INDICATOR_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "主动公开": (
        "disclosed",
        "normative_docs_disclosed",
        "normative_docs_made",
        "normative_docs_repealed",
    ),
    "解读回应": (
        "interpretations",
        "responses",
        "press_conferences",
        "interviews",
        "surveys",
        "proposals",
    ),
    "咨询来信": ("consultations", "letters", "hotline_calls", "complaints"),
    "依申请公开：收到": (
        "requests_received",
        "requests_online",
        "requests_letter",
        "requests_in_person",
        "requests_fax",
        "requests_carried_over",
    ),
    "依申请公开：办理": (
        "requests_completed",
        "requests_on_time",
        "requests_extended",
        "requests_answered",
        "requests_already_public",
        "requests_granted",
        "requests_partly_granted",
        "requests_denied",
        "requests_not_ours",
        "requests_not_exist",
        "requests_amend",
        "requests_redirected",
        "requests_unable",
        "requests_not_processed",
        "requests_other",
        "requests_carried_forward",
    ),
    "复议诉讼": (
        "reviews",
        "reviews_upheld",
        "reviews_corrected",
        "reviews_other",
        "reviews_pending",
        "lawsuits",
        "lawsuits_upheld",
        "lawsuits_corrected",
        "lawsuits_other",
        "lawsuits_pending",
    ),
    "费用经费": ("fees_collected", "fees_waived", "budget"),
    "机构保障": (
        "offices",
        "reading_points",
        "staff",
        "meetings",
        "trainings",
        "trainees",
        "secrecy_incidents",
    ),
    "平台访问": ("websites", "accounts", "visits", "followers"),
    "权力服务事项": ("matters", "cases_handled", "completion_rate", "satisfaction_rate"),
    "其他": ("other",),
}
"""Group of the taxonomy → its codes; every code is in one group."""

_HEADERS: Final = {
    STATED: "用文字表示的零",
    INDICATOR: "指标代码",
    VALUE: "数值（空则按文字计算）",
    UNIT: "单位",
    APPROX: "约数",
    TYPE: "渠道类型",
}

UNDERLINES: Final = {
    "COUNT": "solid",
    "RATE": "double",
    "DOC_NUMBER": "dashed",
    "DOC_TITLE": "solid",
    "AGENCY": "dashed",
    "CHANNEL": "dotted",
    "INDICATOR": "double",
    "DATE": "dotted",
}
"""Label → the line below its regions.

Label Studio shows the colours at 30 %, where some of them look alike: those differ in line.
"""

# Without pre-wrap a browser shows, and Label Studio saves, two spaces as one. The names of
# relations stand above their arrows: smaller and with wide lines they leave the text legible.
# No selector may have a ">", which Label Studio hands to the browser as "&gt;".
_STYLE: Final = """
.lsf-richtext__line { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2.5; }
.relations-overlay g g rect, .relations-overlay g g text { transform: scale(0.75); }
.ie-labels { position: sticky; top: 0; z-index: 101; background: var(--color-neutral-background); }
.ie-columns { display: flex; align-items: flex-start; gap: 1em; }
.ie-text { flex: 1; min-width: 0; padding-left: 1.5em; }
.ie-fields { flex: 0 0 16em; position: sticky; top: 5em; max-height: 80vh; overflow-y: auto; }
.ie-fields h4 { font-size: 1em; line-height: 1.5; }
"""


def labelling_interface() -> str:
    """The labelling configuration, as XML that ends in a newline."""
    view = Element("View")
    SubElement(view, "Style").text = _STYLE + _underlines()
    relations = SubElement(view, "Relations", choice="single")
    for name in RELATIONS:
        SubElement(relations, "Relation", value=name)
    _labels(SubElement(view, "View", className="ie-labels"))
    columns = SubElement(view, "View", className="ie-columns")
    SubElement(
        SubElement(columns, "View", className="ie-text"),
        "Text",
        name=TEXT,
        value=f"${TEXT}",
        valueType="text",
        saveTextResult="yes",
        granularity="symbol",
    )
    fields = SubElement(columns, "View", className="ie-fields")
    for name, labels in LABELS_WITH.items():
        # The view hides the header, the control itself what is saved for other labels.
        when = {"whenLabelValue": ",".join(labels)}
        field = SubElement(fields, "View", {"visibleWhen": "region-selected", **when})
        SubElement(field, "Header", value=_HEADERS[name], size="5")
        _control(field, name, {"name": name, "toName": TEXT, "perRegion": "true", **when})
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _underlines() -> str:
    return "".join(
        f'.htx-highlight[data-label$=":{chinese}"] '
        f"{{ border-bottom: 3px {UNDERLINES[name]} {COLOURS[name]}; }}\n"
        for name, chinese in SPAN_LABELS.items()
    )


def _labels(parent: Element) -> None:
    # Only a smart label asks a model backend while one annotates.
    labels = SubElement(parent, "Labels", name=LABEL, toName=TEXT, choice="single", smart="true")
    for hotkey, (name, chinese) in enumerate(SPAN_LABELS.items(), 1):
        SubElement(
            labels,
            "Label",
            value=chinese,
            alias=name,
            showAlias="true",
            hotkey=str(hotkey),
            background=COLOURS[name],
        )


def _control(parent: Element, name: str, attributes: dict[str, str]) -> None:
    """The control that sets one attribute of the selected region."""
    if name == INDICATOR:
        hint = {"placeholder": "按代码或中文搜索", "leafsOnly": "true", "maxUsages": "1"}
        taxonomy = SubElement(parent, "Taxonomy", {**attributes, **hint})
        for group, codes in INDICATOR_GROUPS.items():
            branch = SubElement(taxonomy, "Choice", value=group)
            for code in codes:
                shown = f"{code} {INDICATORS[code].name}"
                SubElement(branch, "Choice", value=shown, alias=code)
    elif name in (VALUE, UNIT):
        # A Number would make 0.985 of a typed 0.9085: it drops each zero that ends a decimal.
        line = {"rows": "1", "maxSubmissions": "1", "editable": "true"}
        hint = {"placeholder": {VALUE: "16.4万条填 164000", UNIT: "条"}[name]}
        SubElement(parent, "TextArea", {**attributes, **line, **hint})
    else:
        options = {APPROX: APPROXIMATIONS, TYPE: CHANNEL_TYPES, STATED: {"none": "零"}}[name]
        layout = "select" if name == TYPE else "inline"
        choices = SubElement(parent, "Choices", {**attributes, "choice": "single"}, layout=layout)
        for value, chinese in options.items():
            SubElement(choices, "Choice", value=chinese, alias=value)


def lacking(interface: str) -> str:
    """What a labelling interface lacks of this one, in words; empty if nothing.

    What annotators see may be put in other words, and there may be more than here.
    """
    try:
        given = _vocabulary(interface)
    except ParseError:
        return "everything: it is no XML"
    missing = []
    for (tag, name), values in _vocabulary(labelling_interface()).items():
        shown = f"<{tag} name={name}>" if name else f"<{tag}>"
        if (tag, name) not in given:
            missing.append(shown)
        elif less := sorted(values - given[tag, name]):
            more = f" and {len(less) - 5} more" if less[5:] else ""
            missing.append(f"{', '.join(less[:5])}{more} in {shown}")
    return "; ".join(missing)


def _vocabulary(interface: str) -> dict[tuple[str, str], frozenset[str]]:
    """Tag and name of each object, control and the relations → the values that it can take."""
    return {
        (element.tag, element.get("name", "")): frozenset(
            # The alias is what is saved.
            inner.get("alias") or inner.get("value") or ""
            for inner in element.iter()
            if inner is not element
        )
        for element in fromstring(interface).iter()
        if element.get("name") or element.tag == "Relations"
    }


__all__ = [
    "APPROX",
    "COLOURS",
    "INDICATOR",
    "INDICATOR_GROUPS",
    "LABEL",
    "LABELS_WITH",
    "STATED",
    "TEXT",
    "TYPE",
    "UNDERLINES",
    "UNIT",
    "VALUE",
    "instructions",
    "labelling_interface",
    "lacking",
]
