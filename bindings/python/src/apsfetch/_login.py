"""A user's login in the browser."""

from __future__ import annotations

from typing import Any, Callable

from . import _blocking
from ._errors import Status
from ._library import Handle, Library, known, limit, text_of


class Login:
    """A login under way, or over. :meth:`Client.login` makes it.

    Close it, best by ``with``: its listener is closed then, and the client stays logged in.
    """

    def __init__(self, library: Library, handle: Handle, client: object) -> None:
        self._library = library
        # A client that nobody holds any more is closed, and there would be nobody left to log in.
        self._client = client
        self._handle = handle

    @property
    def authorize_url(self) -> str:
        """The address to open in the user's browser, such as by ``webbrowser.open``."""
        return text_of(self._library.dll.apsfetch_login_authorize_url(self._handle.pointer)) or ""

    @property
    def redirect_uri(self) -> str:
        """The callback address, as it must be registered at APS."""
        return text_of(self._library.dll.apsfetch_login_redirect_uri(self._handle.pointer)) or ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return bool(self._library.dll.apsfetch_login_is_open(self._handle.pointer) == 1)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the user, at most ``timeout`` seconds, and says whether the user is logged in.

        A user who says no is an :class:`AuthError`, a login that was not finished in its time a
        :class:`TimedOutError`. Every error ends the login, and so does an exception meanwhile, such as Ctrl-C.
        """
        return _blocking.run(self._library, self._call(timeout))

    async def wait_async(self, timeout: float | None = None) -> bool:
        """As :meth:`wait`, beside an event loop. A task that is cancelled cancels the work."""
        return await _blocking.run_async(self._library, self._call(timeout))

    def _call(self, timeout: float | None) -> Callable[[Any], bool]:
        handle, limit_ms = self._handle, limit(timeout, "timeout")

        def call(cancel: Any) -> bool:
            status = self._library.call("apsfetch_login_wait", handle.pointer, limit_ms, cancel)
            return status == Status.OK

        return call

    @property
    def expires_in(self) -> float | None:
        """After the login: how many seconds the access token lives."""
        milliseconds = known(self._library.dll.apsfetch_login_expires_in_ms(self._handle.pointer))
        return None if milliseconds is None else milliseconds / 1000

    @property
    def scopes(self) -> tuple[str, ...]:
        """After the login: the scopes that were granted."""
        return tuple((text_of(self._library.dll.apsfetch_login_scopes(self._handle.pointer)) or "").split())

    @property
    def refresh_token(self) -> str | None:
        """After the login: what the next run of the program goes on with. APS replaces it at each renewal:
        :attr:`Client.refresh_token` is the latest one."""
        return text_of(self._library.dll.apsfetch_login_refresh_token(self._handle.pointer))

    def close(self) -> None:
        """Closes the listener. Who waits for the login gets :class:`Cancelled`."""
        self._handle.close()

    def __enter__(self) -> Login:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
