"""The programs of the README."""

import contextlib
import importlib.util
import io
import os
import re
import shutil
import unittest
from pathlib import Path

from .support import COMMAND

README = Path(__file__).parent.parent / "README.md"
#: What a program needs that is not installed everywhere.
OPTIONAL = ["langchain_core", "pydantic_ai"]


class Readme(unittest.TestCase):
    def test_programs_run(self) -> None:
        command = shutil.which(COMMAND)
        assert command is not None and Path(command).name == "isolet", COMMAND
        os.environ["PATH"] = os.pathsep.join([str(Path(command).parent), os.environ["PATH"]])
        programs = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
        self.assertGreaterEqual(len(programs), 6)
        for index, program in enumerate(programs):
            missing = [it for it in OPTIONAL if it in program and importlib.util.find_spec(it) is None]
            with self.subTest(index):
                if missing and "ISOLET_ALL" not in os.environ:
                    self.skipTest(f"{missing[0]} is not installed")
                # A module of its own, whose hints can be evaluated.
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(program, f"README.md, program {index}", "exec"), {"__name__": "readme"})


if __name__ == "__main__":
    unittest.main()
