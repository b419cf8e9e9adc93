"""The base of everything the library gives a number to."""

from __future__ import annotations

import enum
from typing import TypeVar

_Self = TypeVar("_Self", bound="Number")


class Number(enum.IntEnum):
    """A number of the header with its name.

    A later library may have more numbers than this package knows. Such a one becomes ``UNKNOWN_<number>``
    instead of an exception in the middle of a result.
    """

    @classmethod
    def _missing_(cls: type[_Self], value: object) -> _Self:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a {cls.__name__}")
        unknown = int.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{'MINUS_' if value < 0 else ''}{abs(value)}"
        unknown._value_ = value
        return unknown

    def __str__(self) -> str:
        return self.name
