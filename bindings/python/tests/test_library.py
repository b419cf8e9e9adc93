"""The library is found by its absolute path, checked, or missed with a message that helps."""

import _ctypes
import ctypes
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import apsfetch
from apsfetch import _functions, _library


class Finding(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def loaded(self) -> Path:
        return _library.library().path

    def failure(self, *paths: Path) -> str:
        with self.assertRaises(apsfetch.LibraryError) as caught:
            _library.load_from(list(paths))
        return str(caught.exception)

    def test_the_environment_variable_comes_first_and_alone(self) -> None:
        with mock.patch.dict(os.environ, {_library.ENVIRONMENT_VARIABLE: "some/where.so"}):
            self.assertEqual(_library.candidates(), [Path.cwd() / "some" / "where.so"])

    def test_without_it_the_library_is_beside_the_package(self) -> None:
        with mock.patch.dict(os.environ):
            os.environ.pop(_library.ENVIRONMENT_VARIABLE, None)
            candidates = _library.candidates()
        package = Path(apsfetch.__file__).resolve().parent
        self.assertTrue(candidates)
        for candidate in candidates:
            self.assertTrue(candidate.is_absolute())
            self.assertEqual(candidate.parent.resolve(), package)

    def test_every_place_is_listed_when_there_is_none(self) -> None:
        missing = [self.folder / "first.so", self.folder / "second.so"]
        message = self.failure(*missing)
        for path in missing:
            self.assertIn(f"{path}: there is no such file", message)
        self.assertIn(_library.ENVIRONMENT_VARIABLE, message)

    def test_a_file_that_is_no_library_is_passed_over(self) -> None:
        text = self.folder / "text.so"
        text.write_text("not a library")
        self.assertIn(f"{text}: ", self.failure(text))
        self.assertEqual(_library.load_from([text, self.loaded()]).path, self.loaded())

    @unittest.skipUnless(hasattr(_ctypes, "__file__"), "ctypes is built into this Python")
    def test_another_library_is_not_taken_for_it(self) -> None:
        self.assertIn("it is not apsfetch", self.failure(Path(_ctypes.__file__)))

    def test_another_abi_version_is_refused(self) -> None:
        with mock.patch.object(_functions, "ABI_VERSION", 2):
            self.assertIn("its ABI version is 1, and this package needs 2", self.failure(self.loaded()))

    def test_a_library_that_lacks_a_function_is_refused(self) -> None:
        newer: dict[str, Any] = {"apsfetch_from_the_future": (ctypes.c_int32, [])}
        with mock.patch.dict(_functions.FUNCTIONS, newer):
            message = self.failure(self.loaded())
        self.assertIn("older than this package", message)
        self.assertIn("apsfetch_from_the_future", message)

    def test_the_package_can_be_imported_without_the_library(self) -> None:
        program = (
            "import apsfetch\n"
            "try: apsfetch.Client()\n"
            "except ImportError as error: print(type(error).__name__, error)\n"
        )
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        environment[_library.ENVIRONMENT_VARIABLE] = str(self.folder / "missing.so")
        ended = subprocess.run(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, timeout=60, check=True
        )
        self.assertIn("LibraryError", ended.stdout.decode())
        self.assertIn("missing.so", ended.stdout.decode())


if __name__ == "__main__":
    unittest.main()
