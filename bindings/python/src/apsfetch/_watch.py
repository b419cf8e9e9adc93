"""Waiting for a translation."""

from __future__ import annotations

from typing import Any, Callable

from . import _functions
from ._errors import Status, class_of
from ._library import Handle, Library
from ._manifest import Manifest, read_manifest
from ._polled import JobState, Polled

#: What is called with each manifest that comes while a translation is waited for; what it returns does not matter.
ManifestCallback = Callable[[Manifest], object]


class ManifestWatch(Polled[Manifest]):
    """A wait for a translation, on a thread of the client. :meth:`Client.watch_manifest` makes it.

    Any thread may use it. Close it, best by ``with``; the translation goes on at APS whatever becomes of the wait.
    """

    def __init__(
        self,
        library: Library,
        start: Callable[[Any], object],
        serve: Callable[[Polled[Any]], None] | None,
        client: object,
    ) -> None:
        self._told = 0
        super().__init__(library, _functions.MANIFEST_WATCH, start, serve, client)

    @property
    def latest(self) -> Manifest | None:
        """The manifest that came last; ``None`` before the first one."""
        return self._manifest("latest")

    def result(self) -> Manifest:
        """Waits for the end, and gives the manifest of the translation that is over, or raises why there is none."""
        self.wait()
        manifest = self._manifest("result")
        assert manifest is not None
        return manifest

    def _manifest(self, getter: str) -> Manifest | None:
        answer = Handle(self._library, _functions.MANIFEST)
        try:
            status = self._library.call(f"apsfetch_manifest_watch_{getter}", self._handle.pointer, answer.out)
            return None if status == Status.PENDING else read_manifest(self._library, answer.pointer)
        finally:
            answer.close()

    def _state(self) -> JobState:
        state = self._library.dll.apsfetch_manifest_watch_state(self._handle.pointer)
        if state < 0:
            raise class_of(state)("The wait for the manifest cannot be used any more.", status=state)
        return JobState(state)

    def _news(self) -> Manifest | None:
        count = self._library.dll.apsfetch_manifest_watch_count(self._handle.pointer)
        if count == self._told:
            return None
        self._told = count
        return self.latest
