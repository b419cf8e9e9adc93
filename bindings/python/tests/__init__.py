"""The tests of the package. They need nothing but Python, the shared library and the sandbox program."""

import importlib.util
import signal
import sys
from pathlib import Path

# An installed package is the one to be tested.
if importlib.util.find_spec("apsfetch") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

# A shell starts what it puts into the background with SIGINT ignored, and so would be what the tests start. Some of them send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
