"""Downloads under way."""

from __future__ import annotations

import asyncio
import ctypes
import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

from . import _blocking, _functions
from ._blocking import SLICE_MS
from ._errors import ApsError, Status
from ._library import Handle, Library, known
from ._numbers import Number
from ._results import Result, read_result

# How often an event loop looks whether a job is over: often at first, for small files.
_FIRST_LOOK, _LAST_LOOK = 0.002, 0.05


class JobState(Number):
    """What a job is doing."""

    #: Signing and downloading.
    RUNNING = 1
    #: Standing still until there is a new access token.
    WAITING_FOR_TOKEN = 2
    #: Over: every item has its result.
    FINISHED = 3


@dataclass(frozen=True)
class Progress:
    """How far a job has come. All counts only describe; the results say what became of each item."""

    state: JobState
    items_total: int
    #: Items that are over, whatever became of them.
    items_finished: int
    items_failed: int
    #: Items whose size is known.
    items_sized: int
    #: Bytes that have arrived and are part of a file. It falls when a file has to start over.
    bytes_done: int
    #: Bytes of all items whose size is known so far.
    bytes_total: int
    #: Connections that are transferring at this moment.
    connections: int
    #: Requests that had to be sent again.
    retries: int

    @property
    def fraction(self) -> float | None:
        """How much of all bytes is done, 0 to 1; ``None`` while the size of an item is unknown."""
        if self.state == JobState.FINISHED:
            return 1.0
        if self.items_sized < self.items_total or self.bytes_total == 0:
            return None
        return min(self.bytes_done / self.bytes_total, 1.0)

    def __str__(self) -> str:
        fraction = self.fraction
        share = "" if fraction is None else f"{fraction:4.0%}, "
        words = self.state.name.lower().replace("_", " ")
        return (
            f"{share}{self.bytes_done / 1e6:.1f} of {self.bytes_total / 1e6:.1f} MB, "
            f"{self.items_finished} of {self.items_total} items, {words}"
        )


ProgressCallback = Callable[[Progress], object]


@dataclass(frozen=True)
class ItemProgress:
    """How far one item of a job has come."""

    #: Bytes that have arrived and are part of the file.
    bytes_done: int
    #: The size; ``None`` as long as it is not known.
    bytes_total: int | None
    #: It is over, whatever became of it.
    finished: bool


class Job:
    """A download of one or more items, on threads of the client. :meth:`Client.start` makes it.

    One failed item does not stop the others. Any thread may use a job. Close it, best by ``with``: a job that
    is not over is cancelled then, and nothing of it writes any more.
    """

    def __init__(self, library: Library, start: Callable[[Any], object], serve: Callable[[Job], None] | None) -> None:
        self._library = library
        self._serve = serve
        self._handle = Handle(library, _functions.JOB)
        try:
            start(self._handle.out)
        except BaseException:
            self._handle.close()
            raise

    def wait(self, timeout: float | None = None, on_progress: ProgressCallback | None = None) -> bool:
        """Waits for the end, at most ``timeout`` seconds, and says whether the job is over.

        ``on_progress`` is called on this thread about ten times a second and once at the end; so is the
        client's token provider when a token is needed. An exception in one of them cancels the job, waits until
        it is over, and is raised.
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            left = SLICE_MS if give_up is None else round((give_up - time.monotonic()) * 1000)
            over = self._wait_ms(max(0, min(SLICE_MS, left)))
            try:
                if not over and self._serve is not None:
                    self._serve(self)
                if on_progress is not None:
                    on_progress(self.progress())
            except BaseException:
                self._break_off()
                raise
            if over:
                return True
            if left <= SLICE_MS and give_up is not None and time.monotonic() >= give_up:
                return False

    async def wait_async(self, on_progress: ProgressCallback | None = None) -> None:
        """Waits for the end beside an event loop, which is never held up.

        ``on_progress`` is called by the event loop about ten times a second and once at the end. When the task is
        cancelled, or ``on_progress`` raises something, the job is cancelled and over before that goes on. The token
        provider is called on a thread of its own.
        """
        pause, told, serve = _FIRST_LOOK, time.monotonic(), self._serve
        try:
            while not self._wait_ms(0):
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LAST_LOOK)
                if serve is not None and self.progress().state == JobState.WAITING_FOR_TOKEN:
                    await _blocking.in_thread(functools.partial(serve, self))
                if on_progress is not None and time.monotonic() - told >= SLICE_MS / 1000:
                    told = time.monotonic()
                    on_progress(self.progress())
            if on_progress is not None:
                on_progress(self.progress())
        except (Exception, asyncio.CancelledError, KeyboardInterrupt):
            await self._break_off_async()
            raise

    def progress(self) -> Progress:
        """How far the job has come."""
        snapshot: Any = _functions.ProgressStructure()
        snapshot.struct_size = ctypes.sizeof(snapshot)
        self._library.call("apsfetch_job_progress", self._handle.pointer, ctypes.byref(snapshot))
        return Progress(
            JobState(snapshot.state),
            *(getattr(snapshot, name) for name, *_ in _functions.ProgressStructure._fields_[2:]),
        )

    def item_progress(self, index: int) -> ItemProgress:
        """How far one item has come, by its place in the items."""
        # The functions below have no status, and after a fork they would say 0.
        self._wait_ms(0)
        item, dll = (self._handle.pointer, range(len(self))[index]), self._library.dll
        return ItemProgress(
            # Asked for first: what is over then has all its bytes.
            finished=dll.apsfetch_job_item_finished(*item) == 1,
            bytes_done=dll.apsfetch_job_item_bytes_done(*item),
            bytes_total=known(dll.apsfetch_job_item_bytes_total(*item)),
        )

    def cancel(self) -> None:
        """Breaks the job off, from any thread. It returns at once; items that are not over fail as cancelled."""
        self._library.call("apsfetch_job_cancel", self._handle.pointer)

    @property
    def finished(self) -> bool:
        """Whether the job is over."""
        return self._wait_ms(0)

    def __len__(self) -> int:
        """How many items the job has."""
        return int(self._library.dll.apsfetch_job_count(self._handle.pointer))

    def result(self, index: int) -> Result | ApsError | None:
        """What became of one item: its result, or the exception it failed with; ``None`` while it is not over."""
        error = _functions.ERROR()
        handle = Handle(self._library, _functions.RESULT)
        try:
            status = self._library.dll.apsfetch_job_result(
                self._handle.pointer, index, handle.out, ctypes.byref(error)
            )
            if status < 0:
                return self._library.take_error(status, error)
            return None if status == Status.PENDING else read_result(self._library, handle)
        finally:
            handle.close()

    def results(self) -> list[Result | ApsError]:
        """Waits for the end. For each item, in their order: its result, or the exception it failed with."""
        self.wait()
        results = (self.result(index) for index in range(len(self)))
        return [result for result in results if result is not None]

    def close(self) -> None:
        """Frees the job. One that is not over is cancelled; nothing of it writes any more when this returns."""
        self._handle.close()

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait_ms(self, milliseconds: int) -> bool:
        status = self._library.call("apsfetch_job_wait", self._handle.pointer, milliseconds)
        return status == Status.OK

    def _break_off(self) -> None:
        """Cancels and joins. Another thread may have closed the job meanwhile, which comes to the same."""
        try:
            self.cancel()
            while not self._wait_ms(SLICE_MS):
                pass
        except ApsError:
            pass

    async def _break_off_async(self) -> None:
        try:
            self.cancel()
            while not self._wait_ms(0):
                await asyncio.sleep(_FIRST_LOOK)
        except ApsError:
            pass


def raise_first_error(results: Sequence[Result | ApsError]) -> list[Result]:
    """The results, if none is an exception."""
    good: list[Result] = []
    for result in results:
        if isinstance(result, ApsError):
            raise result
        good.append(result)
    return good
