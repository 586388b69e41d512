"""Names in 《》 that are channels: periodicals without the marks, programmes with them."""

import pytest
from found import cut

from ie.rules.periodicals import split_quoted
from ie.rules.titles import find_quoted


def split(text: str) -> tuple[list[str], list[tuple[str, str | None]]]:
    documents, channels = split_quoted(text, find_quoted(text))
    found = zip(cut(text, channels), (c.attrs.type for c in channels), strict=True)
    return [text[q.start : q.end] for q in documents], list(found)


@pytest.mark.parametrize(
    ("text", "surface", "type_"),
    [
        ("编发《公开简报》12期", "公开简报", "bulletin"),
        ("报送《信息专报》30篇", "信息专报", "bulletin"),
        ("在《云溪日报》刊登", "云溪日报", "newspaper"),
        ("在《云溪新闻》播发", "云溪新闻", "newspaper"),
        ("出版《云溪县人民政府公报》6期", "云溪县人民政府公报", "gazette"),
        ("编印《云溪之窗》8期", "云溪之窗", "bulletin"),
        ("电视台《行风在线》栏目播出", "《行风在线》栏目", "tv"),
        ("广播《百姓之声》节目播出", "《百姓之声》节目", "radio"),
        ("网上设《办事指南》专栏", "《办事指南》专栏", "website"),
    ],
)
def test_a_periodical_or_programme_is_a_channel(text, surface, type_):
    assert split(text) == ([], [(surface, type_)])


@pytest.mark.parametrize(
    "name",
    [
        "云溪县年报",
        "督查通报",
        "工作报告",
        "公示",
        "公开条例",
        "信息申报",
        "云溪之窗",
        "关于进一步改进全县政务信息公开工作简报",
    ],
)
def test_what_only_looks_like_one_is_a_document(name):
    assert split(f"县政府印发《{name}》。") == ([name], [])


def test_documents_and_channels_of_one_sentence_part():
    text = "依照《公开条例》编发《公开简报》，在《政风热线》栏目解读《公开办法》。"
    documents, channels = split(text)
    assert documents == ["公开条例", "公开办法"]
    assert [surface for surface, _ in channels] == ["公开简报", "《政风热线》栏目"]
