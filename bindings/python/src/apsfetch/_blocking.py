"""Calls that ask APS something and wait for the answer, and others that block."""

from __future__ import annotations

import threading
from typing import Any, Callable, TypeVar

from . import _functions
from ._library import Handle, Library

T = TypeVar("T")

# While a call of the library runs, Python cannot deliver a Ctrl-C. So no thread waits in one for longer than this.
SLICE_MS = 100

# A call under way ends within a tenth of a second.
_PATIENCE = 1.0


def run(library: Library, call: Callable[[Any], T]) -> T:
    """Runs ``call`` with a cancel token on a thread of its own, so that a Ctrl-C gets through meanwhile.

    On an exception the call is cancelled. One that makes a connection at this moment is left behind: nobody
    should wait for a network after Ctrl-C. It ends by itself and frees what it has.
    """
    answers: list[T] = []
    failures: list[BaseException] = []
    with_token = _cancel_token(library)

    def work() -> None:
        try:
            answers.append(call(with_token.pointer))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work, name="apsfetch-call", daemon=True)
    try:
        thread.start()
        while thread.is_alive():
            thread.join(SLICE_MS / 1000)
    except BaseException:
        library.call("apsfetch_cancel_token_cancel", with_token.pointer)
        if thread.ident is not None:
            thread.join(_PATIENCE)
        raise
    with_token.close()
    if failures:
        raise failures[0]
    return answers[0]


async def run_async(library: Library, call: Callable[[Any], T]) -> T:
    """The same beside an event loop. The call ends when the task is cancelled."""
    with_token = _cancel_token(library)
    try:
        return await in_thread(
            lambda: call(with_token.pointer),
            lambda: library.call("apsfetch_cancel_token_cancel", with_token.pointer),
        )
    finally:
        with_token.close()


async def in_thread(call: Callable[[], T], cancel: Callable[[], object] | None = None) -> T:
    """Runs something that blocks on a thread of its own.

    Not on one of the event loop's: those are few, and the end of the loop waits for them, however long it takes.
    With ``cancel``, a task that is cancelled calls it and gives ``call`` a moment to end.
    """
    # Whoever has an event loop has imported it already; for the others it would be a third of all imports.
    import asyncio

    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(answers: list[T], failures: list[BaseException]) -> None:
        if future.done():
            return
        if failures:
            future.set_exception(failures[0])
        else:
            future.set_result(answers[0])

    def work() -> None:
        answers: list[T] = []
        failures: list[BaseException] = []
        try:
            answers.append(call())
        except BaseException as error:
            failures.append(error)
        try:
            loop.call_soon_threadsafe(settle, answers, failures)
        except RuntimeError:
            # The loop has ended meanwhile, so nobody waits for the answer.
            pass

    threading.Thread(target=work, name="apsfetch-call", daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if cancel is not None:
            cancel()
            await asyncio.wait([future], timeout=_PATIENCE)
        if future.done():
            # What came of it is not missed, so nobody is to be warned.
            future.exception()
        else:
            future.cancel()
        raise


def _cancel_token(library: Library) -> Handle:
    token = Handle(library, _functions.CANCEL_TOKEN)
    library.call("apsfetch_cancel_token_new", token.out)
    return token
