"""The one thing that pyproject.toml cannot say: the model goes into the wheel."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithModel(build_py):
    """Copies ``models/base``, which lies beside the package, into it as ``ie/models/base``."""

    def run(self) -> None:
        """Build, then copy; an editable installation finds the model where it is."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "ie" / "models" / "base"
        self.mkpath(str(target))
        for file in Path("models/base").iterdir():
            self.copy_file(str(file), str(target / file.name))


setup(cmdclass={"build_py": WithModel})
