"""A progress bar on a terminal."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from ._job import Progress
from ._polled import JobState

_WIDTH = 28


def size_text(count: float) -> str:
    """A number of bytes for people."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def shown(text: str) -> str:
    """A text from elsewhere as a terminal may have it: no character in it moves the cursor or does worse."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


class Bar:
    """One line that is written again and again. Without a terminal, or with ``quiet``, there is none."""

    def __init__(self, stream: TextIO, quiet: bool) -> None:
        self._stream = stream
        self._on = not quiet and stream.isatty()
        self._began = time.monotonic()
        self._first: int | None = None

    def show(self, progress: Progress) -> None:
        if not self._on:
            return
        if self._first is None:
            # What an earlier run had brought has taken no time now.
            self._began, self._first = time.monotonic(), progress.bytes_done
        rate = (progress.bytes_done - self._first) / max(time.monotonic() - self._began, 0.1)
        self._write(bar_text(progress, rate))

    def say(self, text: str) -> None:
        """Writes a text of one's own in place of the bar."""
        if self._on:
            self._write(text)

    def clear(self) -> None:
        if self._on:
            self._write("")

    def _write(self, text: str) -> None:
        # One less than there are: some terminals begin a new line behind the last one.
        columns = max(shutil.get_terminal_size().columns - 1, 20)
        self._stream.write(f"\r{text[:columns]:<{columns}}" + ("" if text else "\r"))
        self._stream.flush()


def bar_text(progress: Progress, rate: float) -> str:
    """What the bar says."""
    if progress.state == JobState.WAITING_FOR_TOKEN:
        return "waiting for an access token"
    fraction = progress.fraction
    full = round((fraction or 0) * _WIDTH)
    files = f"{progress.items_finished} of {progress.items_total}  " if progress.items_total > 1 else ""
    amount = size_text(progress.bytes_done)
    if fraction is None:
        return f"[{'-' * _WIDTH}]       {files}{amount}  {size_text(rate)}/s"
    left = progress.bytes_total - progress.bytes_done
    remaining = f"  {_time_text(left / rate)}" if left and rate > 0 else ""
    total = size_text(progress.bytes_total)
    return (
        f"[{'#' * full}{'-' * (_WIDTH - full)}] {fraction:4.0%}  "
        f"{files}{amount} of {total}  {size_text(rate)}/s{remaining}"
    )


def _time_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
