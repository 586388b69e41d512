"""Hard-wrapped text is read with its lines joined, and the document stays as it is."""

from found import codes, surfaces

from ie.document import Document
from ie.rules import annotate
from ie.rules.wrapped import join_wrapped

PARAGRAPH = (
    "2015年，云溪县各级行政机关按照上级部署推进政务公开，全年主动公开政府信息26480条，其中工作动态类信息"
    "20000条，政策文件类信息6480条；县政府办公室印发《云溪县政务公开考核办法》，县监察局、县法制办参与督查，"
    "县长信箱收到群众来信1640封，办结1558封，办结率为95%；县档案馆、县图书馆设立政府信息查阅点20个，"
    "方便群众查阅；全年收到政府信息公开申请64件，均在规定时限内作出答复，没有发生行政复议和行政诉讼案件。"
)


def wrapped(width: int) -> str:
    return "\n".join(PARAGRAPH[i : i + width] for i in range(0, len(PARAGRAPH), width))


def test_a_wrapped_text_gives_what_the_paragraph_gives():
    for width in (18, 20, 23):
        assert codes_without_breaks(wrapped(width)) == codes(PARAGRAPH)


def codes_without_breaks(text: str) -> list[tuple[str, str | None]]:
    return [(surface.replace("\n", ""), code) for surface, code in codes(text)]


def test_spans_stand_in_the_text_as_read():
    text = wrapped(20)
    annotations = annotate(Document(text))
    assert annotations.document.text == text
    titles = [s.replace("\n", "") for s in surfaces(text, "DOC_TITLE")]
    assert titles == ["云溪县政务公开考核办法"]


def test_paragraphs_lists_and_tables_are_left_alone():
    assert join_wrapped(PARAGRAPH) is None
    assert join_wrapped("\n".join([PARAGRAPH] * 12)) is None
    assert join_wrapped("\n".join(f"{k}.县政府公开信息{k}条。" for k in range(1, 30))) is None
    assert join_wrapped("\n".join(["12"] * 40)) is None
