"""Calls that ask APS something and wait for the answer."""

from __future__ import annotations

import threading
from typing import Any, Callable, TypeVar

from . import _functions
from ._job import SLICE_MS
from ._library import Handle, Library

T = TypeVar("T")

# A call under way ends within a tenth of a second.
_PATIENCE = 1.0


def run(library: Library, call: Callable[[Any], T]) -> T:
    """Runs ``call`` with a cancel token on a thread of its own, so that a Ctrl-C gets through meanwhile.

    On an exception the call is cancelled. One that makes a connection at this moment is left behind: nobody
    should wait for a network after Ctrl-C. It ends by itself and frees what it has.
    """
    answers: list[T] = []
    failures: list[BaseException] = []
    with_token = Handle(library, _functions.CANCEL_TOKEN)
    library.call("apsfetch_cancel_token_new", with_token.out)

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
