"""Finds and loads the shared library, calls it, and owns what it hands out."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import weakref
from pathlib import Path
from typing import Any, Callable, Union

from . import _functions
from ._errors import ApsError, ArgumentTypeError, InvalidArgumentError, InvalidHandleError, LibraryError, class_of

#: Names the full path of the shared library to load instead of the package's own.
ENVIRONMENT_VARIABLE = "APSFETCH_LIBRARY"

AnyPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

_UNSIGNED_BITS = {ctypes.c_uint32: 32, ctypes.c_uint64: 64}


class Library:
    """A loaded shared library."""

    def __init__(self, path: Path, dll: ctypes.CDLL) -> None:
        self.path = path
        self.dll = dll

    @property
    def version(self) -> str:
        return text_of(self.dll.apsfetch_version()) or ""

    def call(self, name: str, *arguments: Any) -> int:
        """Calls a function whose last argument is ``apsfetch_error **``, and raises what it reports."""
        error = _functions.ERROR()
        status: int = getattr(self.dll, name)(*arguments, ctypes.byref(error))
        if status < 0:
            raise self.take_error(status, error)
        return status

    def take_error(self, status: int, error: Any) -> ApsError:
        """Turns an error object into an exception, and frees it."""
        dll = self.dll
        try:
            retry_after_ms = dll.apsfetch_error_retry_after_ms(error)
            return class_of(status)(
                text_of(dll.apsfetch_error_message(error)) or text_of(dll.apsfetch_status_text(status)) or "",
                status=status,
                http_status=dll.apsfetch_error_http_status(error) or None,
                os_code=dll.apsfetch_error_os_code(error) or None,
                request_id=text_of(dll.apsfetch_error_request_id(error)),
                retry_after=None if retry_after_ms < 0 else retry_after_ms / 1000,
            )
        finally:
            dll.apsfetch_error_free(error)

    def set(self, pointer: Any, setter: str, *values: object) -> None:
        """Calls a setter with values that are checked and converted for it."""
        _, types = _functions.FUNCTIONS[setter]
        name = setter.split("_set_")[-1]
        converted = [convert(value, kind, name) for value, kind in zip(values, types[1:-1])]
        self.call(setter, pointer, *converted)

    def arguments(self, name: str, first: int, **values: object) -> list[Any]:
        """Values that are checked and converted for the arguments of a function from its ``first`` on."""
        _, types = _functions.FUNCTIONS[name]
        return [convert(value, kind, what) for (what, value), kind in zip(values.items(), types[first:])]

    def error_of(self, getter: str, *arguments: Any) -> ApsError | None:
        """What a function says that gives the error of one item of a list."""
        error = _functions.ERROR()
        status: int = getattr(self.dll, getter)(*arguments, ctypes.byref(error))
        return self.take_error(status, error) if status < 0 else None

    def set_path(self, pointer: Any, setter: str, path: AnyPath) -> None:
        """Calls a setter that takes a path, in the form the system's own paths have."""
        suffix, native = path_argument(path)
        self.call(setter + suffix, pointer, native)


class Handle:
    """Owns one object of the library, and frees it once: by :meth:`close`, by the garbage collector, or at exit.

    It is made empty, and the library fills it through :attr:`out`. So not even a Ctrl-C between the two leaves
    an object without an owner.
    """

    def __init__(self, library: Library, kind: Any) -> None:
        self._pointer = kind()
        self._name = kind._type_.__name__
        self._free = weakref.finalize(self, getattr(library.dll, f"{self._name}_free"), self._pointer)

    @property
    def out(self) -> Any:
        return ctypes.byref(self._pointer)

    @property
    def pointer(self) -> Any:
        if self.closed:
            raise InvalidHandleError(f"The {self._name[len('apsfetch_') :].replace('_', ' ')} is closed.")
        return self._pointer

    @property
    def closed(self) -> bool:
        return not self._free.alive

    def close(self) -> None:
        self._free()


def convert(value: object, kind: Any, name: str) -> Any:
    """A value as an argument of a setter. ctypes itself would cut numbers and texts to what fits."""
    if kind is ctypes.c_char_p:
        return text(value, name)
    if not isinstance(value, int):
        raise ArgumentTypeError(f"{name} is a {type(value).__name__}, not a number.")
    bits = _UNSIGNED_BITS.get(kind)
    if bits is not None and not 0 <= value < 1 << bits:
        raise InvalidArgumentError(f"{name} is {value}, not between 0 and {(1 << bits) - 1}.")
    if bits is None and not -(1 << 31) <= value < 1 << 31:
        raise InvalidArgumentError(f"{name} is {value}, which is out of range.")
    return int(value)


def text(value: object, name: str) -> bytes:
    """A text as the library takes it."""
    # The value may be a secret, so no message shows it.
    if not isinstance(value, str):
        raise ArgumentTypeError(f"{name} is a {type(value).__name__}, not a text.")
    if "\0" in value:
        raise InvalidArgumentError(f"{name} contains a NUL character.")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidArgumentError(f"{name} contains a lone surrogate, which UTF-8 cannot have.") from None


def optional_text(value: object, name: str) -> bytes | None:
    """A text as the library takes it, or NULL."""
    return None if value is None else text(value, name)


def path_text(path: object) -> str:
    """A path as a text."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise ArgumentTypeError(f"A path is a {type(path).__name__}, not a text or a path.")
    return os.fsdecode(path)


def path_argument(path: AnyPath) -> tuple[str, Any]:
    """A path in the form the system's own paths have, after what the function that takes it ends with."""
    native = path_text(path)
    if "\0" in native:
        raise InvalidArgumentError("A path contains a NUL character.")
    if sys.platform == "win32":
        return "_utf16", utf16(native)
    return "", os.fsencode(native)


def milliseconds(seconds: float, name: str) -> int:
    """A time as the library takes it."""
    if not isinstance(seconds, (int, float)):
        raise ArgumentTypeError(f"{name} is a {type(seconds).__name__}, not a number of seconds.")
    # NaN fails both comparisons, infinity the second one.
    if not (seconds >= 0 and seconds * 1000 < _functions.NO_LIMIT):
        raise InvalidArgumentError(f"{name} is {seconds} seconds, which is out of range.")
    # A limit above nothing must not become nothing.
    return max(round(seconds * 1000), 1) if seconds > 0 else 0


def limit(seconds: float | None, name: str) -> int:
    """A time as the library takes it, ``None`` being no limit."""
    return _functions.NO_LIMIT if seconds is None else milliseconds(seconds, name)


def known(number: int) -> int | None:
    """A number from the library that may be unknown."""
    return None if number < 0 else number


def text_of(value: bytes | None) -> str | None:
    """A text from the library; ctypes has copied it already."""
    return None if value is None else value.decode("utf-8")


def utf16(path: str) -> Any:
    """A path as Windows has it. Its names may have lone surrogates."""
    units = path.encode("utf-16-le" if sys.byteorder == "little" else "utf-16-be", "surrogatepass") + b"\0\0"
    return (ctypes.c_uint16 * (len(units) // 2)).from_buffer_copy(units)


def file_names() -> list[str]:
    """What the shared library is called on this system."""
    abi = _functions.ABI_VERSION
    if sys.platform == "win32":
        return [f"apsfetch-{abi}.dll", "apsfetch.dll"]
    if sys.platform == "darwin":
        return [f"libapsfetch.{abi}.dylib", "libapsfetch.dylib"]
    return [f"libapsfetch.so.{abi}", "libapsfetch.so"]


def candidates() -> list[Path]:
    """The absolute paths where the library may be, in their order.

    Never a bare name: the loader would then take a library of this name from anywhere, such as one that another
    add-in of the same program has brought along.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return [Path(os.path.abspath(named))]
    folder = Path(os.path.abspath(os.path.dirname(__file__)))
    return [folder / name for name in file_names()]


def load_from(paths: list[Path]) -> Library:
    """Loads the first library there is. :class:`LibraryError` with every place and what was wrong with it."""
    tried: list[str] = []
    for path in paths:
        if not path.is_file():
            tried.append(f"{path}: there is no such file")
            continue
        try:
            dll = ctypes.CDLL(str(path))
        except OSError as error:
            tried.append(f"{path}: {error}")
            continue
        wrong = _what_is_wrong_with(dll)
        if wrong is None:
            return Library(path, dll)
        tried.append(f"{path}: {wrong}")
    places = "".join(f"\n  {line}" for line in tried)
    raise LibraryError(
        "The shared library of apsfetch could not be loaded. "
        f"Set {ENVIRONMENT_VARIABLE} to its full path, or put it beside the package. Tried:{places}"
    )


def _what_is_wrong_with(dll: ctypes.CDLL) -> str | None:
    try:
        abi_version: Callable[[], int] = dll.apsfetch_abi_version
    except AttributeError:
        return "it is not apsfetch"
    found = abi_version()
    if found != _functions.ABI_VERSION:
        return f"its ABI version is {found}, and this package needs {_functions.ABI_VERSION}"
    try:
        _functions.declare(dll)
    except AttributeError as error:
        return f"it is older than this package: {error}"
    return None


_lock = threading.Lock()
_loaded: Library | None = None


def library() -> Library:
    """The library, loaded at the first use, so that importing the package never fails and costs nothing."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = load_from(candidates())
        return _loaded
