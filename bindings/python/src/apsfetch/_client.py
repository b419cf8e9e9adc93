"""The connection to APS."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

from . import _blocking, _functions
from ._errors import ApsError, InvalidArgumentError, WrongProcessError
from ._job import SLICE_MS, Job, JobState, ProgressCallback, raise_first_error
from ._library import AnyPath, Handle, library, text, text_of
from ._requests import Derivative, Item, Object, Requests, Url
from ._results import Result, Signed, read_signed

#: Returns an access token that is good now. Called again when APS refuses the one before.
TokenProvider = Callable[[], str]

_DEFAULT_SCOPES = "data:read"
# A provider may have to ask a server, or a person.
_PROVIDER_WAIT = 300.0


class Client:
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
    :param max_connections: for all jobs of the client together: 1 to 256, 32 by default.
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
            "part_size": part_size,
            "connect_timeout_ms": _milliseconds(connect_timeout, "connect_timeout"),
            "reply_timeout_ms": _milliseconds(reply_timeout, "reply_timeout"),
            "stall_timeout_ms": _milliseconds(stall_timeout, "stall_timeout"),
            "disk_timeout_ms": _milliseconds(disk_timeout, "disk_timeout"),
            "retry_timeout_ms": _milliseconds(retry_timeout, "retry_timeout"),
            "token_wait_ms": _milliseconds(token_wait, "token_wait"),
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
                    self._library.set(config, f"apsfetch_config_set_{name}", value)
            words = scopes if scopes is None or isinstance(scopes, str) else " ".join(scopes)
            if client_secret is not None:
                words = _DEFAULT_SCOPES if words is None else words
                self._library.set(config, "apsfetch_config_set_client_credentials", client_id, client_secret, words)
            if refresh_token is not None:
                self._library.set(config, "apsfetch_config_set_refresh_token", client_id, refresh_token, words or "")
            if ca_file is not None:
                self._library.set_path(config, "apsfetch_config_set_ca_file", ca_file)
            self._library.call("apsfetch_client_new", config.pointer, self._handle.out)
        finally:
            config.close()

    def set_access_token(self, token: str) -> None:
        """Sets the access token from now on, also of jobs that run. Jobs that wait for a token go on."""
        self._check_process()
        self._library.call("apsfetch_client_set_access_token", self._handle.pointer, text(token, "access_token"))
        self._tokens_set += 1

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

    def download_object(
        self, bucket: str, key: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads an object of the Object Storage Service into a file."""
        return self.fetch(Object(bucket, key, path), on_progress=on_progress)

    def download_derivative(
        self, urn: str, derivative_urn: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads a derivative of a design into a file."""
        return self.fetch(Derivative(urn, derivative_urn, path), on_progress=on_progress)

    def download_url(
        self,
        url: str,
        path: AnyPath,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> Result:
        """Downloads a URL that your backend has signed into a file."""
        return self.fetch(Url(url, path, headers=headers or {}, sha1=sha1), on_progress=on_progress)

    def read_object(
        self,
        bucket: str,
        key: str,
        *,
        max_bytes: int = 64 << 20,
        on_progress: ProgressCallback | None = None,
    ) -> bytes:
        """The bytes of an object. It fails if there are more than ``max_bytes``, by default 64 MiB."""
        return self.fetch(Object(bucket, key, memory=max_bytes), on_progress=on_progress).data or b""

    def fetch(self, item: Item, *, on_progress: ProgressCallback | None = None) -> Result:
        """Downloads one item, with all the options it can have, and raises what it fails with."""
        with self.start([item]) as job:
            job.wait(on_progress=on_progress)
            return raise_first_error(job.results())[0]

    def download(
        self, items: Iterable[Item], folder: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> list[Result | ApsError]:
        """Downloads several items into a folder, which is made if it is not there.

        An item's ``path`` is seen from the folder; without one, the file has the last part of the key, the
        derivative's URN or the URL as its name. One failed item does not spoil the others: the list has, for each
        item in their order, its :class:`Result` or the exception it failed with. What concerns all of them, such as
        two items with the same file, is raised before anything is sent.
        """
        self._check_process()
        target = Path(os.path.abspath(os.fsdecode(folder)))
        target.mkdir(parents=True, exist_ok=True)
        with self._start(items, target) as job:
            job.wait(on_progress=on_progress)
            return job.results()

    def start(self, items: Iterable[Item]) -> Job:
        """Starts to download items that each have a path or memory as their target."""
        return self._start(items, None)

    def sign(self, items: Iterable[Item]) -> list[Signed | ApsError]:
        """Has items signed, without downloading them: everything needed to fetch them by other means.

        The list has, for each item in their order, what APS answered, or the exception it failed with.
        """
        self._check_process()
        items = list(items)
        # Nothing tells that a signing waits for a token, so it begins with one that is surely good.
        self._provide(items, fresh=True)
        client, native = self._handle, self._library

        def call(cancel: Any) -> list[Signed | ApsError]:
            with Requests(native, items) as requests:
                signed = Handle(native, _functions.SIGNED)
                try:
                    native.call("apsfetch_sign", client.pointer, requests.array, requests.count, cancel, signed.out)
                    count = native.dll.apsfetch_signed_count(signed.pointer)
                    return [read_signed(native, signed, index) for index in range(count)]
                finally:
                    signed.close()

        return _blocking.run(native, call)

    def close(self) -> None:
        """Cancels the client's jobs, which keep their results, and ends its threads."""
        self._handle.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = " closed" if self._handle.closed else ""
        return f"<apsfetch.Client{state} at {id(self):#x}>"

    def _start(self, items: Iterable[Item], folder: Path | None) -> Job:
        self._check_process()
        items = list(items)
        with Requests(self._library, items, folder) as requests:
            self._provide(items)
            return Job(self._library, self._handle, requests, self._serve)

    def _check_process(self) -> None:
        # Before a lock is taken, which a thread of the parent may have held at the fork.
        if os.getpid() != self._process:
            raise WrongProcessError(
                "The client was made before the fork, in the parent process. Make a new one in this process."
            )

    def _provide(self, items: Sequence[Item], fresh: bool = False) -> None:
        """Asks the provider for the first token, or with ``fresh`` for one in any case, if the items need one."""
        if self._provider is None or all(isinstance(item, Url) for item in items):
            return
        # In slices, because a Ctrl-C does not interrupt the wait for a lock on Windows.
        while not self._provider_lock.acquire(timeout=SLICE_MS / 1000):
            pass
        try:
            if fresh or self._tokens_set == 0:
                self.set_access_token(self._provider())
        finally:
            self._provider_lock.release()

    def _serve(self, job: Job) -> None:
        """Asks the provider for a new token if the job waits for one."""
        if self._provider is None or job.progress().state != JobState.WAITING_FOR_TOKEN:
            return
        # If another thread is getting one, this job goes on with it too.
        if not self._provider_lock.acquire(blocking=False):
            return
        try:
            # That thread may have got it just before this one took the lock.
            if job.progress().state == JobState.WAITING_FOR_TOKEN:
                self.set_access_token(self._provider())
        finally:
            self._provider_lock.release()


def _milliseconds(seconds: float | None, name: str) -> int | None:
    if seconds is None:
        return None
    # NaN fails both comparisons, infinity the second one.
    if not (seconds >= 0 and seconds * 1000 < 1 << 32):
        raise InvalidArgumentError(f"{name} is {seconds} seconds, which is out of range.")
    # A limit above nothing must not become nothing.
    return max(round(seconds * 1000), 1) if seconds > 0 else 0


def library_version() -> str:
    """The version of the shared library, which is loaded for it."""
    return library().version
