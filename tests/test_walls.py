from __future__ import annotations

from conftest import ROOT
from importlinter.cli import lint_imports


def test_no_room_imports_what_it_must_not_know():
    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True) == 0
