"""The package calls the library as the header says."""

import ctypes
import dataclasses
import re
import unittest
from pathlib import Path
from typing import Any

import apsfetch
from apsfetch import _functions, _job

HEADER = Path(__file__).resolve().parents[3] / "include" / "apsfetch.h"

# The operations that the header has and the package does not offer yet, by the beginnings of their names. To
# offer one, take its line away here, and the tests name what is missing. Empty is best.
NOT_YET: tuple[str, ...] = ()

SIMPLE = {
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
    "const char *": ctypes.c_char_p,
    "const uint16_t *": ctypes.POINTER(ctypes.c_uint16),
    "const void *": ctypes.c_void_p,
    "void *": ctypes.c_void_p,
    "apsfetch_progress_callback": _functions.PROGRESS_CALLBACK,
    "apsfetch_upload_callback": _functions.UPLOAD_CALLBACK,
    "apsfetch_manifest_callback": _functions.MANIFEST_CALLBACK,
}

ENUMERATIONS = {
    "JOB": apsfetch.JobState,
    "EXISTING_FILE": apsfetch.ExistingFile,
    "SIGNING": apsfetch.Signing,
    "ITEM": apsfetch.ItemStatus,
    "VERIFICATION": apsfetch.Verification,
    "SIGNED": apsfetch.SignedStatus,
    "ACCESS": apsfetch.Access,
    "TRANSLATION": apsfetch.TranslationStatus,
    "FILE": apsfetch.FileStatus,
}

# What is no member of an enumeration.
CONSTANTS = {"ABI_VERSION": _functions.ABI_VERSION, "NO_LIMIT": _functions.NO_LIMIT}


def code() -> str:
    """The header without comments and continued lines."""
    text = HEADER.read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")


def c_type(text: str) -> str:
    """A type without the name of what has it, in one spelling."""
    text = re.sub(r"\s+", " ", text).strip()
    if text not in SIMPLE:
        text = re.sub(r"(?<=[ *])\w+$", "", text)
    return re.sub(r"\s*\*\s*", " *", text).strip().replace("* *", "**").replace("*const", "* const")


def ctypes_of(text: str) -> Any:
    """What ctypes calls a C type."""
    if text in SIMPLE:
        return SIMPLE[text]
    stars = text.count("*")
    name = re.sub(r"\bconst\b|\*|\s", "", text)
    kind = _functions.STRUCTURES.get(name)
    if kind is None:
        kind, stars = _functions.HANDLES[name], stars - 1
    for _ in range(stars):
        kind = ctypes.POINTER(kind)
    return kind


def functions() -> dict[str, tuple[str, list[str]]]:
    found = {}
    pattern = r"^([a-z][\w \t]*[ *])(apsfetch_\w+)\(([^()]*)\);"
    for result, name, arguments in re.findall(pattern, code(), flags=re.M):
        parts = [] if arguments.strip() in ("void", "") else arguments.split(",")
        found[name] = (c_type(result + "x"), [c_type(part) for part in parts])
    return found


class Header(unittest.TestCase):
    def test_the_table_has_every_function_and_no_other(self) -> None:
        in_header = set(functions())
        # Found in another way, so that a declaration the pattern misses is noticed.
        named = set(re.findall(r"\b(apsfetch_\w+)\s*\(", code()))
        self.assertEqual(in_header, named)
        self.assertGreater(len(in_header), 200)
        offered = {name for name in in_header if not name.startswith(NOT_YET)}
        self.assertEqual(offered, set(_functions.FUNCTIONS))

    def test_every_function_has_the_types_of_the_header(self) -> None:
        for name, (result, arguments) in functions().items():
            if name.startswith(NOT_YET):
                continue
            with self.subTest(name):
                kind, kinds = _functions.FUNCTIONS[name]
                self.assertIs(kind, ctypes_of(result))
                self.assertEqual(kinds, [ctypes_of(argument) for argument in arguments])

    def test_every_handle_is_known(self) -> None:
        handles = re.findall(r"typedef struct \w+ (apsfetch_\w+);", code())
        offered = {name for name in handles if not f"{name}_".startswith(NOT_YET)}
        self.assertEqual(offered, set(_functions.HANDLES))
        for name, kind in _functions.HANDLES.items():
            self.assertEqual(kind._type_.__name__, name)
            self.assertIn(f"{name}_free", _functions.FUNCTIONS)

    def test_the_progress_structure_has_the_fields_of_the_header(self) -> None:
        structures = re.findall(r"typedef struct \{([^{}]*)\} (\w+);", code())
        self.assertEqual({name for _, name in structures}, set(_functions.STRUCTURES))
        for body, name in structures:
            fields = [tuple(reversed(field.split())) for field in body.split(";") if field.strip()]
            known = _functions.STRUCTURES[name]._fields_
            self.assertEqual([(field, SIMPLE[kind]) for field, kind in fields], known)
        names = [field.name for field in dataclasses.fields(_job.Progress)]
        self.assertEqual(names, [name for name, *_ in _functions.ProgressStructure._fields_[1:]])

    def test_every_number_of_the_header_is_known(self) -> None:
        numbers = re.findall(r"#define APSFETCH_([A-Z0-9_]+) \(?(-?\d+)\)?\s*$", code(), flags=re.M)
        self.assertGreater(len(numbers), 50)
        seen: dict[type, set[str]] = {}
        for name, value in numbers:
            if name.startswith(("VERSION_", *NOT_YET)):
                continue
            with self.subTest(name):
                if name in CONSTANTS:
                    self.assertEqual(CONSTANTS[name], int(value))
                    continue
                prefix = next((prefix for prefix in ENUMERATIONS if name.startswith(f"{prefix}_")), None)
                kind = apsfetch.Status if prefix is None else ENUMERATIONS[prefix]
                member = name if prefix is None else name[len(prefix) + 1 :]
                self.assertEqual(kind[member], int(value))
                seen.setdefault(kind, set()).add(member)
        for kind in (apsfetch.Status, *ENUMERATIONS.values()):
            self.assertEqual(seen[kind], {member.name for member in kind})

    def test_the_version_is_the_one_of_the_header(self) -> None:
        numbers = re.findall(r"#define APSFETCH_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", code())
        self.assertEqual(apsfetch.__version__, ".".join(numbers))
        self.assertEqual(apsfetch.library_version(), apsfetch.__version__)

    def test_every_option_of_a_request_is_a_field(self) -> None:
        setters = {
            name[len("apsfetch_request_set_") :]
            for name in _functions.FUNCTIONS
            if name.startswith("apsfetch_request_set_")
        } - {"path_utf16"}
        classes = (apsfetch.Object, apsfetch.Derivative, apsfetch.Url)
        fields = {field.name for kind in classes for field in dataclasses.fields(kind)}
        self.assertEqual(fields - {"bucket", "key", "urn", "derivative_urn", "url", "headers"}, setters)


if __name__ == "__main__":
    unittest.main()
