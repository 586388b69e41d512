"""The model that ships, window by window."""

from pathlib import Path

import numpy as np
import pytest

from ie.document import Document
from ie.neural.encode import collate
from ie.neural.model import Model, OnnxForward, load_model

SHIPPED = Path(__file__).parents[2] / "models" / "base"
TEXT = "2013年，县政府网站主动公开政府信息642条，其中机构职能类35条。\n" * 12


@pytest.fixture(scope="module")
def reader():
    return load_model(SHIPPED)[0]


def test_a_window_depends_on_no_other(reader):
    document = Document(TEXT)
    encoded = reader.encode(document, reader.windows(document))
    assert len({len(e.characters) for e in encoded}) > 1
    forward = OnnxForward(SHIPPED, threads=1)
    together = forward.windows(collate(encoded, reader.padding))
    for i, each in enumerate(encoded):
        length = len(each.characters)
        for many, one in zip(
            together, forward.windows(collate([each], reader.padding)), strict=True
        ):
            assert np.array_equal(many[i, :length], one[0])
            assert not many[i, length:].any()


def test_threads_change_nothing():
    document = Document(TEXT)
    one, four = (Model(SHIPPED, threads).annotate(document) for threads in (1, 4))
    assert one == four
    assert one.of("COUNT")
