"""Downloads under way."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

from . import _functions
from ._errors import ApsError, Status
from ._library import Handle, Library, known
from ._polled import JobState, Polled
from ._results import Result, read_result

@dataclass(frozen=True)
class Progress:
    """How far a job has come. All counts only describe; the results say what became of each item.

    An upload is a job of one item here: ``bytes_done`` have been sent.
    """

    state: JobState
    #: Items in the job.
    items_total: int
    #: Items that are over, whatever became of them.
    items_finished: int
    #: Items of these that failed.
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
        """How much of all bytes is done, 0 to 1; ``None`` while the size of an item is unknown.

        At the end it is 1 only if no item failed.
        """
        if self.state == JobState.FINISHED and self.items_failed == 0:
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


#: What is called with the progress of a download or an upload; what it returns does not matter.
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


class Job(Polled[Progress]):
    """A download of one or more items, on threads of the client. :meth:`Client.start` makes it.

    One failed item does not stop the others. Any thread may use a job. Close it, best by ``with``: a job that
    is not over is cancelled then, and nothing of it writes any more.
    """

    def __init__(
        self,
        library: Library,
        start: Callable[[Any], object],
        serve: Callable[[Polled[Any]], None] | None,
        client: object,
    ) -> None:
        super().__init__(library, _functions.JOB, start, serve, client)

    def progress(self) -> Progress:
        """How far the job has come."""
        return read_progress(self._library, self._handle, "apsfetch_job_progress")

    def _state(self) -> JobState:
        return self.progress().state

    def _news(self) -> Progress:
        return self.progress()

    def item_progress(self, index: int) -> ItemProgress:
        """How far one item has come, by its place in the items."""
        index = self._place(index)
        item, dll = (self._handle.pointer, index), self._library.dll
        return ItemProgress(
            # Asked for first: what is over then has all its bytes.
            finished=dll.apsfetch_job_item_finished(*item) == 1,
            bytes_done=dll.apsfetch_job_item_bytes_done(*item),
            bytes_total=known(dll.apsfetch_job_item_bytes_total(*item)),
        )

    def __len__(self) -> int:
        """How many items the job has."""
        return int(self._library.dll.apsfetch_job_count(self._handle.pointer))

    def _place(self, index: int) -> int:
        """The place of an item that there is. What concerns the call and not the item is raised."""
        # After a fork the count would be 0.
        self._wait_ms(0)
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"The job has {count} items, and none at the place {index}.")
        return index % count

    def result(self, index: int) -> Result | ApsError | None:
        """What became of one item: its result, or the exception it failed with; ``None`` while it is not over."""
        return self._result(self._place(index))

    def _result(self, index: int) -> Result | ApsError | None:
        dll, error, result = self._library.dll, _functions.ERROR(), _functions.RESULT()
        try:
            status = dll.apsfetch_job_result(
                self._handle.pointer, index, ctypes.byref(result), ctypes.byref(error)
            )
            if status < 0:
                return self._library.take_error(status, error)
            return None if status == Status.PENDING else read_result(self._library, result)
        finally:
            dll.apsfetch_result_free(result)

    def results(self) -> list[Result | ApsError]:
        """Waits for the end. For each item, in their order: its result, or the exception it failed with."""
        self.wait()
        results = (self._result(index) for index in range(len(self)))
        return [result for result in results if result is not None]


def read_progress(library: Library, handle: Handle, name: str) -> Progress:
    """Copies a snapshot out of the library."""
    snapshot: Any = _functions.ProgressStructure()
    snapshot.struct_size = ctypes.sizeof(snapshot)
    library.call(name, handle.pointer, ctypes.byref(snapshot))
    return Progress(
        JobState(snapshot.state),
        *(getattr(snapshot, field) for field, *_ in _functions.ProgressStructure._fields_[2:]),
    )


def raise_first_error(results: Sequence[Result | ApsError]) -> list[Result]:
    """The results, if none is an exception."""
    good: list[Result] = []
    for result in results:
        if isinstance(result, ApsError):
            raise result
        good.append(result)
    return good
