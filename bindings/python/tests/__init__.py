"""The tests of the package. They need nothing but Python, the shared library and the sandbox program."""

import importlib.util
import sys
from pathlib import Path

# An installed package is the one to be tested.
if importlib.util.find_spec("apsfetch") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
