"""What runs on a thread of the library and is waited for in slices."""

from __future__ import annotations

import functools
import time
from typing import Any, Callable, Generic, TypeVar

from . import _blocking
from ._blocking import SLICE_MS
from ._errors import ApsError, Status
from ._library import Handle, Library
from ._numbers import Number

# How long an event loop waits between two looks whether it is over, in seconds and as a part of what it has taken so far.
_FIRST_LOOK, _LAST_LOOK, _LATE = 0.002, 0.05, 0.05

News = TypeVar("News")
_Self = TypeVar("_Self", bound="Polled[Any]")


class JobState(Number):
    """What a job is doing."""

    #: Signing, and downloading or uploading.
    RUNNING = 1
    #: Standing still until there is a new access token.
    WAITING_FOR_TOKEN = 2
    #: Over: every item has its result.
    FINISHED = 3


class Polled(Generic[News]):
    """The part of jobs that is about waiting. ``News`` is what ``on_progress`` is called with."""

    def __init__(
        self,
        library: Library,
        kind: Any,
        start: Callable[[Any], object],
        serve: Callable[[Polled[Any]], None] | None,
        client: object,
    ) -> None:
        self._library = library
        # A client that nobody holds any more is closed, and its work is cancelled with it.
        self._client = client
        self._serve = serve
        self._name = kind._type_.__name__
        self._handle = Handle(library, kind)
        try:
            start(self._handle.out)
        except BaseException:
            self._handle.close()
            raise

    def wait(self, timeout: float | None = None, on_progress: Callable[[News], object] | None = None) -> bool:
        """Waits for the end, at most ``timeout`` seconds, and says whether it is over.

        ``on_progress`` is called on this thread about ten times a second, or when there is something new, and once at
        the end; so is the client's token provider when a token is needed. An exception in one of them cancels the
        work, waits until it is over, and is raised; so does Ctrl-C.
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                left = SLICE_MS if give_up is None else round((give_up - time.monotonic()) * 1000)
                over = self._wait_ms(max(0, min(SLICE_MS, left)))
                if not over and self._serve is not None:
                    self._serve(self)
                self._tell(on_progress)
            except BaseException:
                self._break_off()
                raise
            if over:
                return True
            if left <= SLICE_MS and give_up is not None and time.monotonic() >= give_up:
                return False

    async def wait_async(self, on_progress: Callable[[News], object] | None = None) -> None:
        """Waits for the end beside an event loop, which is never held up.

        ``on_progress`` is called by the event loop about ten times a second, or when there is something new, and once
        at the end. When the task is cancelled, or ``on_progress`` raises something, the work is cancelled and over
        before that goes on. The token provider is called on a thread of its own.
        """
        # Not above: see `_blocking.in_thread`.
        import asyncio

        begun, serve = time.monotonic(), self._serve
        told = begun
        try:
            while not self._wait_ms(0):
                taken = time.monotonic() - begun
                await asyncio.sleep(max(_FIRST_LOOK, min(taken * _LATE, _LAST_LOOK)))
                if serve is not None and self._state() == JobState.WAITING_FOR_TOKEN:
                    await _blocking.in_thread(functools.partial(serve, self))
                if time.monotonic() - told >= SLICE_MS / 1000:
                    told = time.monotonic()
                    self._tell(on_progress)
            self._tell(on_progress)
        except (Exception, asyncio.CancelledError, KeyboardInterrupt):
            await self._break_off_async()
            raise

    def cancel(self) -> None:
        """Breaks the work off, from any thread. It returns at once; what is not over fails as cancelled."""
        self._library.call(f"{self._name}_cancel", self._handle.pointer)

    @property
    def finished(self) -> bool:
        """Whether it is over."""
        return self._wait_ms(0)

    def close(self) -> None:
        """Frees it. What is not over is cancelled; nothing of it reads, writes or sends any more after this."""
        self._handle.close()

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = " closed" if self._handle.closed else ""
        return f"<apsfetch.{type(self).__name__}{state} at {id(self):#x}>"

    def _state(self) -> JobState:
        raise NotImplementedError

    def _news(self) -> News | None:
        """What ``on_progress`` is to be told, if there is anything."""
        raise NotImplementedError

    def _tell(self, on_progress: Callable[[News], object] | None) -> None:
        news = None if on_progress is None else self._news()
        if on_progress is not None and news is not None:
            on_progress(news)

    def _wait_ms(self, milliseconds: int) -> bool:
        status = self._library.call(f"{self._name}_wait", self._handle.pointer, milliseconds)
        return status == Status.OK

    def _break_off(self) -> None:
        """Cancels and joins. Another thread may have closed it meanwhile, which comes to the same."""
        try:
            self.cancel()
            while not self._wait_ms(SLICE_MS):
                pass
        except ApsError:
            pass

    async def _break_off_async(self) -> None:
        import asyncio

        try:
            self.cancel()
            while not self._wait_ms(0):
                await asyncio.sleep(_FIRST_LOOK)
        except ApsError:
            pass
