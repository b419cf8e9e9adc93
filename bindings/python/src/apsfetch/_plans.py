"""Many files into one folder: which one goes where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _functions
from ._errors import ApsError
from ._job import Job
from ._library import Handle, Library, known, text_of
from ._numbers import Number


class FileStatus(Number):
    """What is to become, or became, of a file."""

    #: It is to be downloaded, or to be asked for whether it has changed.
    PLANNED = 1
    #: It was downloaded and is complete.
    DOWNLOADED = 2
    #: The one that is there is still the one that APS has.
    UNCHANGED = 3
    #: It could not be downloaded; the error says why.
    FAILED = 4
    #: It is not one that can be downloaded; the reason says why.
    SKIPPED = 5


@dataclass(frozen=True)
class PlannedFile:
    """One file of a plan."""

    #: The derivative's URN, or the object's key.
    id: str
    #: Where it goes, below the folder and with "/" between names; ``None`` for most skipped ones.
    relative_path: str | None
    #: APS tells it for objects only.
    size: int | None
    status: FileStatus
    #: Why it is skipped.
    reason: str | None
    #: Why it has failed already: there can be no such file here.
    error: ApsError | None
    #: Its place in the plan's job.
    job_index: int | None


@dataclass(frozen=True)
class FolderFile:
    """What became of one file."""

    #: The derivative's URN, or the object's key.
    id: str
    #: Where the file is, or was to be; ``None`` for most skipped ones.
    path: Path | None
    status: FileStatus
    #: The size of the file that is there; 0 if there is none.
    bytes: int
    etag: str | None
    sha1: str | None
    #: Why it was skipped.
    reason: str | None
    #: Why it failed.
    error: ApsError | None


@dataclass(frozen=True)
class FolderOutcome:
    """What became of the files of a plan, in its order."""

    folder: Path
    #: Where the folder keeps what went where, which lets the next run leave out what is unchanged.
    listing: Path
    files: tuple[FolderFile, ...]

    @property
    def failed(self) -> tuple[FolderFile, ...]:
        """The files that failed."""
        return tuple(file for file in self.files if file.error is not None)

    def raise_first_error(self) -> None:
        """Raises what the first file failed with, if one did."""
        for file in self.files:
            if file.error is not None:
                raise file.error


class Plan:
    """Which files go where in one folder. :meth:`Client.plan_design` and :meth:`Client.plan_objects` make it.

    :meth:`Client.start_plan` downloads its files. Their names are given away: no other plan for the folder gets them.
    """

    def __init__(self, library: Library, handle: Handle) -> None:
        self._library = library
        self._handle = handle
        dll, plan = library.dll, handle.pointer
        self.folder = Path(text_of(dll.apsfetch_plan_folder(plan)) or "")
        #: Where the folder keeps what went where.
        self.listing = Path(text_of(dll.apsfetch_plan_listing(plan)) or "")
        #: Those to download, and those that are unchanged, skipped or failed already.
        self.files = tuple(_planned(library, plan, index) for index in range(dll.apsfetch_plan_count(plan)))

    def record(self, job: Job) -> FolderOutcome:
        """Notes in the folder's listing what became of the files, and says it.

        Also while the job runs, so that a program that is killed has not downloaded in vain; files that are not
        over are :attr:`FileStatus.PLANNED` then.
        """
        handle = Handle(self._library, _functions.OUTCOME)
        try:
            self._library.call("apsfetch_plan_record", self._handle.pointer, job._handle.pointer, handle.out)
            return _outcome(self._library, handle.pointer)
        finally:
            handle.close()

    def close(self) -> None:
        """Frees the plan. Its job goes on."""
        self._handle.close()

    def __enter__(self) -> Plan:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _planned(library: Library, plan: Any, index: int) -> PlannedFile:
    dll, file = library.dll, (plan, index)
    return PlannedFile(
        id=text_of(dll.apsfetch_plan_file_id(*file)) or "",
        relative_path=text_of(dll.apsfetch_plan_file_relative_path(*file)),
        size=known(dll.apsfetch_plan_file_size(*file)),
        status=FileStatus(dll.apsfetch_plan_file_status(*file)),
        reason=text_of(dll.apsfetch_plan_file_reason(*file)),
        error=library.error_of("apsfetch_plan_file_error", *file),
        job_index=known(dll.apsfetch_plan_file_job_index(*file)),
    )


def _outcome(library: Library, outcome: Any) -> FolderOutcome:
    dll = library.dll
    return FolderOutcome(
        folder=Path(text_of(dll.apsfetch_outcome_folder(outcome)) or ""),
        listing=Path(text_of(dll.apsfetch_outcome_listing(outcome)) or ""),
        files=tuple(_file(library, outcome, index) for index in range(dll.apsfetch_outcome_count(outcome))),
    )


def _file(library: Library, outcome: Any, index: int) -> FolderFile:
    dll, file = library.dll, (outcome, index)
    path = text_of(dll.apsfetch_outcome_file_path(*file))
    return FolderFile(
        id=text_of(dll.apsfetch_outcome_file_id(*file)) or "",
        path=None if path is None else Path(path),
        status=FileStatus(dll.apsfetch_outcome_file_status(*file)),
        bytes=dll.apsfetch_outcome_file_bytes(*file),
        etag=text_of(dll.apsfetch_outcome_file_etag(*file)),
        sha1=text_of(dll.apsfetch_outcome_file_sha1(*file)),
        reason=text_of(dll.apsfetch_outcome_file_reason(*file)),
        error=library.error_of("apsfetch_outcome_file_error", *file),
    )
