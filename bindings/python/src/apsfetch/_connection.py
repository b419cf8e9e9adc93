"""The connection to APS: options, access tokens, and how its calls are made."""

from __future__ import annotations

import inspect
import os
import threading
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NoReturn, TypeVar

from . import _blocking, _functions
from ._blocking import SLICE_MS
from ._errors import ArgumentTypeError, InvalidArgumentError, WrongProcessError
from ._job import Job
from ._library import AnyPath, Handle, library, milliseconds, text, text_of
from ._polled import JobState, Polled

#: Returns an access token that is good now. Called again when APS refuses the one before.
TokenProvider = Callable[[], str]

_Self = TypeVar("_Self", bound="Connection")
T = TypeVar("T")

_DEFAULT_SCOPES = "data:read"
# A provider may have to ask a server, or a person.
_PROVIDER_WAIT = 300.0


class Connection:
    """A connection to APS: options, access token, idle connections and worker threads, for any number of jobs.

    Any thread may use a client. Close it, best by ``with``: its jobs are cancelled then and its threads end.

    :param access_token: a token you have, without the word "Bearer". :meth:`set_access_token` changes it later.
    :param client_id: with ``client_secret``: the library gets its own two-legged token and renews it.
    :param client_secret: see ``client_id``.
    :param refresh_token: with ``client_id``: goes on with a user's login of an earlier run. APS replaces it at each
        renewal; :attr:`Client.refresh_token` is the one to keep.
    :param scopes: what the library's own tokens are to be good for, as a text or a list of texts. "data:read" by
        default, and with a ``refresh_token`` what the login granted.
    :param token_provider: a function that returns an access token. It is called on the thread that waits for a
        download, before the first one and whenever APS refuses the token. An exception in it breaks the
        download off and is raised there.
    :param region: the data centre of the designs: "US" (the default of APS), "EMEA", "AUS", "CAN", …
    :param base_url: where APS is, if not at https://developer.api.autodesk.com.
    :param ca_file: a file of certificates in PEM form to trust beside those of the operating system.
    :param proxy: "http://user:password@host:port", or "" for none whatever the environment says. User and
        password are percent-encoded, and NO_PROXY does not count. The default is the one of the environment
        (HTTPS_PROXY, ALL_PROXY, HTTP_PROXY, with NO_PROXY) or of the Windows settings, for every host but this one.
    :param max_connections: for all jobs of the client together: 1 to 256, 128 by default,
        of which a large file from afar begins with 64.
    :param bandwidth_limit: bytes a second that all downloads of the client together may take, from 1024; no limit by
        default. :meth:`set_bandwidth_limit` changes it later.
    :param part_size: bytes of a part; by default the library chooses.
    :param connect_timeout: seconds until a connection is ready: resolving the name, connecting, a proxy and TLS
        together; 30 by default.
    :param reply_timeout: seconds until the headers of a reply are complete; 60 by default.
    :param stall_timeout: a connection that moves next to nothing for so many seconds is replaced; 30 by default.
    :param disk_timeout: seconds that a drive may take for one operation, such as a write to a network drive; 60
        by default.
    :param retry_timeout: for so many seconds since the last progress, failures that may pass are answered by trying
        again; 40 by default. Waits that the service asks for are added.
    :param user_agent: what the library calls itself to the servers, such as "MyPlugin/2.1".
    :param emea_path: uses the older EMEA form of the addresses instead of the header ``region``.
    :param durable: forces each file to the disk before it takes the place of the target, so that it survives a
        power failure; a killed process never leaves a wrong file either way.
    :param token_wait: how many seconds a job waits for :meth:`set_access_token`, or for the provider, when APS
        refuses the token; 0 by default, and 300 with a ``token_provider``.
    """

    def __init__(
        self,
        *,
        access_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        refresh_token: str | None = None,
        scopes: str | Iterable[str] | None = None,
        token_provider: TokenProvider | None = None,
        region: str | None = None,
        base_url: str | None = None,
        ca_file: AnyPath | None = None,
        proxy: str | None = None,
        max_connections: int | None = None,
        bandwidth_limit: int | None = None,
        part_size: int | None = None,
        connect_timeout: float | None = None,
        reply_timeout: float | None = None,
        stall_timeout: float | None = None,
        disk_timeout: float | None = None,
        retry_timeout: float | None = None,
        user_agent: str | None = None,
        emea_path: bool = False,
        durable: bool = False,
        token_wait: float | None = None,
    ) -> None:
        if sum(x is not None for x in (access_token, client_secret, refresh_token, token_provider)) > 1:
            raise InvalidArgumentError(
                "Give one of access_token, client_secret, refresh_token and token_provider, not several."
            )
        if (client_id is None) != (client_secret is None and refresh_token is None):
            raise InvalidArgumentError("client_id goes together with client_secret or refresh_token.")
        if token_provider is not None and not callable(token_provider):
            raise ArgumentTypeError(f"token_provider is of type {type(token_provider).__name__}, not a function.")
        if inspect.iscoroutinefunction(token_provider):
            raise ArgumentTypeError("token_provider is an async function. Give a plain one: it may block, on a thread.")
        self._library = library()
        self._process = os.getpid()
        self._provider = token_provider
        self._provider_lock = threading.RLock()
        self._tokens_set = 0
        if token_provider is not None and token_wait is None:
            token_wait = _PROVIDER_WAIT
        values = {
            "access_token": access_token,
            "region": region,
            "base_url": base_url,
            "proxy": proxy,
            "max_connections": max_connections,
            "bandwidth_limit": bandwidth_limit,
            "part_size": part_size,
            "connect_timeout_ms": _optional(connect_timeout, "connect_timeout"),
            "reply_timeout_ms": _optional(reply_timeout, "reply_timeout"),
            "stall_timeout_ms": _optional(stall_timeout, "stall_timeout"),
            "disk_timeout_ms": _optional(disk_timeout, "disk_timeout"),
            "retry_timeout_ms": _optional(retry_timeout, "retry_timeout"),
            "token_wait_ms": _optional(token_wait, "token_wait"),
            "user_agent": user_agent,
            "emea_path": emea_path,
            "durable": durable,
        }
        config = Handle(self._library, _functions.CONFIG)
        self._handle = Handle(self._library, _functions.CLIENT)
        try:
            self._library.call("apsfetch_config_new", config.out)
            for name, value in values.items():
                if value is not None:
                    self._library.set(config.pointer, f"apsfetch_config_set_{name}", value)
            words = scopes if scopes is None or isinstance(scopes, str) else " ".join(scopes)
            if client_secret is not None:
                words = _DEFAULT_SCOPES if words is None else words
                self._library.set(config.pointer, "apsfetch_config_set_client_credentials", client_id, client_secret, words)
            if refresh_token is not None:
                self._library.set(config.pointer, "apsfetch_config_set_refresh_token", client_id, refresh_token, words or "")
            if ca_file is not None:
                self._library.set_path(config.pointer, "apsfetch_config_set_ca_file", ca_file)
            self._library.call("apsfetch_client_new", config.pointer, self._handle.out)
            self._is_open = True
        finally:
            config.close()

    def set_access_token(self, token: str) -> None:
        """Sets the access token from now on, also of jobs that run. Jobs that wait for a token go on."""
        self._check_process()
        self._library.call("apsfetch_client_set_access_token", self._handle.pointer, text(token, "access_token"))
        self._tokens_set += 1

    def set_bandwidth_limit(self, bytes_per_second: int | None) -> None:
        """Limits all downloads of the client together from now on, also those under way; ``None`` or 0 is no limit."""
        self._check_process()
        self._library.set(self._handle.pointer, "apsfetch_client_set_bandwidth_limit", bytes_per_second or 0)

    @property
    def refresh_token(self) -> str | None:
        """The refresh token of the user's login, to be kept in a safe place; ``None`` if there is no login.

        Ask for it after the work, and before the client is closed.
        """
        self._check_process()
        secret = Handle(self._library, _functions.TEXT)
        try:
            self._library.call("apsfetch_client_refresh_token", self._handle.pointer, secret.out)
            return text_of(self._library.dll.apsfetch_text_data(secret.pointer))
        finally:
            secret.close()

    def close(self) -> None:
        """Cancels the client's jobs, which keep their results, and ends its threads."""
        self._handle.close()

    def __enter__(self: _Self) -> _Self:
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self: _Self) -> _Self:
        self._check_open()
        return self

    async def __aexit__(self, *_: object) -> None:
        # It joins threads, which may take a moment that the event loop has not got.
        await _blocking.in_thread(self.close)

    def __del__(self) -> None:
        # What a constructor that failed has left has no handle, or an empty one.
        handle: Any = self.__dict__.get("_handle")
        is_open = self.__dict__.get("_is_open") and not handle.closed
        # In a forked child it is the parent's to close.
        if is_open and self._process == os.getpid():
            # It is freed all the same, but nobody knows when, and on which thread.
            warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("An apsfetch.Client cannot be pickled or copied. Make a new one where it is needed.")

    def __repr__(self) -> str:
        state = " closed" if self._handle.closed else ""
        return f"<apsfetch.Client{state} at {id(self):#x}>"

    def _new_job(self, start: Callable[[Any], object]) -> Job:
        return Job(self._library, start, None if self._provider is None else self._serve, self)

    def _ask(self, call: Callable[[Any], T], token: bool = True) -> T:
        """Makes a call that takes a cancel token and waits for the answer of APS."""
        self._check_process()
        # Nothing tells that such a call waits for a token, so it begins with one that is surely good.
        if token:
            self._provide(fresh=True)
        return _blocking.run(self._library, call)

    async def _ask_async(self, call: Callable[[Any], T], token: bool = True) -> T:
        self._check_process()
        if token:
            await self._provide_async(fresh=True)
        return await _blocking.run_async(self._library, call)

    def _options(self, kind: Any, values: Mapping[str, object]) -> Handle:
        """Options with what is not left to the library."""
        name = kind._type_.__name__
        handle = Handle(self._library, kind)
        self._library.call(f"{name}_new", handle.out)
        for option, value in values.items():
            if value is not None:
                self._library.set(handle.pointer, f"{name}_set_{option}", value)
        return handle

    def _check_open(self) -> None:
        self._check_process()
        _ = self._handle.pointer

    def _check_process(self) -> None:
        # Before a lock is taken, which a thread of the parent may have held at the fork.
        if os.getpid() != self._process:
            raise WrongProcessError(
                "The client was made before the fork, in the parent process. Make a new one in this process."
            )

    def _provide(self, fresh: bool = False) -> None:
        """Asks the provider for the first token, or with ``fresh`` for one in any case."""
        if self._provider is None:
            return
        # In slices, because a Ctrl-C does not interrupt the wait for a lock on Windows.
        while not self._provider_lock.acquire(timeout=SLICE_MS / 1000):
            pass
        try:
            if fresh or self._tokens_set == 0:
                self.set_access_token(self._provider())
        finally:
            self._provider_lock.release()

    async def _provide_async(self, fresh: bool = False) -> None:
        """The same beside an event loop. The provider may block, so it is called on a thread of its own."""
        if self._provider is not None and (fresh or self._tokens_set == 0):
            await _blocking.in_thread(lambda: self._provide(fresh))

    def _serve(self, job: Polled[Any]) -> None:
        """Asks the provider for a new token if the job waits for one."""
        if self._provider is None or job._state() != JobState.WAITING_FOR_TOKEN:
            return
        # If another thread is getting one, this job goes on with it too.
        if not self._provider_lock.acquire(blocking=False):
            return
        try:
            # That thread may have got it just before this one took the lock.
            if job._state() == JobState.WAITING_FOR_TOKEN:
                self.set_access_token(self._provider())
        finally:
            self._provider_lock.release()


# What a misspelt option is reported with: the user knows the class by this name.
Connection.__init__.__qualname__ = "Client.__init__"


def _optional(seconds: float | None, name: str) -> int | None:
    return None if seconds is None else milliseconds(seconds, name)


def library_version() -> str:
    """The version of the shared library, which is loaded for it."""
    return library().version
