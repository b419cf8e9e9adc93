"""Downloads of single files, and of several into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ._connection import Connection
from ._errors import ApsError, ArgumentTypeError
from ._job import Job, ProgressCallback, raise_first_error
from ._library import AnyPath, path_text
from ._requests import Derivative, Item, Object, Requests, Url, need_token
from ._results import Result

_MEMORY = 64 << 20


class Downloads(Connection):
    """The part of a client that downloads items. Each method that waits has a twin for ``asyncio``."""

    def download_object(
        self, bucket: str, key: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads an object of the Object Storage Service into a file.

        :param key: the object's key as given at the upload, not percent-encoded.
        :param path: the file to make; its folder must exist. A file that is there is replaced, in one step and only by
            a complete and verified one. :meth:`fetch` with an :class:`Object` has options for that.
        :param on_progress: called on this thread about ten times a second and once at the end, with a
            :class:`Progress`. An exception in it cancels the download, waits until nothing of it writes any more, and
            is raised.
        :raises ApsError: what went wrong, by its subclass: :class:`AuthError`, :class:`NetworkError`,
            :class:`FileError`, :class:`RefusedError` for an object that does not exist, and others. A download that
            failed or was cancelled goes on where it was when it is started again.
        """
        return self.fetch(Object(bucket, key, _needed(path)), on_progress=on_progress)

    async def download_object_async(
        self, bucket: str, key: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """As :meth:`download_object`, beside an event loop. A task that is cancelled cancels the work."""
        return await self.fetch_async(Object(bucket, key, _needed(path)), on_progress=on_progress)

    def download_derivative(
        self, urn: str, derivative_urn: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads a derivative of a design into a file. Otherwise as :meth:`download_object`.

        :param urn: the design's, in URL-safe base64 or plain.
        :param derivative_urn: the derivative's, from the manifest.
        :raises NotReadyError: it is not translated yet; see :meth:`wait_for_manifest`.
        """
        return self.fetch(Derivative(urn, derivative_urn, _needed(path)), on_progress=on_progress)

    async def download_derivative_async(
        self, urn: str, derivative_urn: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """As :meth:`download_derivative`, beside an event loop. A task that is cancelled cancels the work."""
        return await self.fetch_async(Derivative(urn, derivative_urn, _needed(path)), on_progress=on_progress)

    def download_url(
        self,
        url: str,
        path: AnyPath,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> Result:
        """Downloads a URL that your backend has signed into a file. Otherwise as :meth:`download_object`.

        It needs no access token.

        :param headers: go along, such as a cookie, to the URL's own host only.
        :param sha1: the SHA-1 the file must have, as 40 hex digits.
        :raises ExpiredError: the URL does not work any more.
        """
        return self.fetch(Url(url, _needed(path), headers=headers or {}, sha1=sha1), on_progress=on_progress)

    async def download_url_async(
        self,
        url: str,
        path: AnyPath,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> Result:
        """As :meth:`download_url`, beside an event loop. A task that is cancelled cancels the work."""
        return await self.fetch_async(Url(url, _needed(path), headers=headers or {}, sha1=sha1), on_progress=on_progress)

    def read_object(
        self, bucket: str, key: str, *, max_bytes: int = _MEMORY, on_progress: ProgressCallback | None = None
    ) -> bytes:
        """The bytes of an object. It fails if there are more than ``max_bytes``, by default 64 MiB."""
        return self.fetch(Object(bucket, key, memory=max_bytes), on_progress=on_progress).data or b""

    async def read_object_async(
        self, bucket: str, key: str, *, max_bytes: int = _MEMORY, on_progress: ProgressCallback | None = None
    ) -> bytes:
        """As :meth:`read_object`, beside an event loop. A task that is cancelled cancels the work."""
        result = await self.fetch_async(Object(bucket, key, memory=max_bytes), on_progress=on_progress)
        return result.data or b""

    def read_derivative(
        self,
        urn: str,
        derivative_urn: str,
        *,
        max_bytes: int = _MEMORY,
        on_progress: ProgressCallback | None = None,
    ) -> bytes:
        """The bytes of a derivative. It fails if there are more than ``max_bytes``, by default 64 MiB."""
        return self.fetch(Derivative(urn, derivative_urn, memory=max_bytes), on_progress=on_progress).data or b""

    async def read_derivative_async(
        self,
        urn: str,
        derivative_urn: str,
        *,
        max_bytes: int = _MEMORY,
        on_progress: ProgressCallback | None = None,
    ) -> bytes:
        """As :meth:`read_derivative`, beside an event loop. A task that is cancelled cancels the work."""
        result = await self.fetch_async(Derivative(urn, derivative_urn, memory=max_bytes), on_progress=on_progress)
        return result.data or b""

    def read_url(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        max_bytes: int = _MEMORY,
        on_progress: ProgressCallback | None = None,
    ) -> bytes:
        """The bytes behind a URL that your backend has signed, at most ``max_bytes``, by default 64 MiB.

        It needs no access token. ``headers`` go along to the URL's own host only; ``sha1`` is the one the bytes must
        have, as 40 hex digits.
        """
        item = Url(url, headers=headers or {}, sha1=sha1, memory=max_bytes)
        return self.fetch(item, on_progress=on_progress).data or b""

    async def read_url_async(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        max_bytes: int = _MEMORY,
        on_progress: ProgressCallback | None = None,
    ) -> bytes:
        """As :meth:`read_url`, beside an event loop. A task that is cancelled cancels the work."""
        item = Url(url, headers=headers or {}, sha1=sha1, memory=max_bytes)
        return (await self.fetch_async(item, on_progress=on_progress)).data or b""

    def fetch(self, item: Item, *, on_progress: ProgressCallback | None = None) -> Result:
        """Downloads one item, with all the options it can have, and raises what it fails with."""
        with self.start([item]) as job:
            job.wait(on_progress=on_progress)
            return raise_first_error(job.results())[0]

    async def fetch_async(self, item: Item, *, on_progress: ProgressCallback | None = None) -> Result:
        """As :meth:`fetch`, beside an event loop. A task that is cancelled cancels the work."""
        return raise_first_error(await self._download_async([item], None, on_progress))[0]

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
        with self._start(_several(items), _made(folder)) as job:
            job.wait(on_progress=on_progress)
            return job.results()

    async def download_async(
        self, items: Iterable[Item], folder: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> list[Result | ApsError]:
        """As :meth:`download`. When the task is cancelled, so is the download, which is over before the task is."""
        self._check_process()
        return await self._download_async(_several(items), _made(folder), on_progress)

    def start(self, items: Iterable[Item]) -> Job:
        """Starts to download items that each have a path or memory as their target."""
        return self._start(_several(items), None)

    def _start(self, items: Sequence[Item], folder: Path | None) -> Job:
        self._check_process()
        if need_token(items):
            self._provide()
        return self._job(items, folder)

    async def _download_async(
        self, items: Sequence[Item], folder: Path | None, on_progress: ProgressCallback | None
    ) -> list[Result | ApsError]:
        self._check_process()
        if need_token(items):
            await self._provide_async()
        with self._job(items, folder) as job:
            await job.wait_async(on_progress)
            return job.results()

    def _job(self, items: Sequence[Item], folder: Path | None) -> Job:
        with Requests(self._library, items, folder) as requests:

            def start(out: Any) -> None:
                self._library.call("apsfetch_job_start", self._handle.pointer, requests.array, requests.count, out)

            return self._new_job(start)


def _several(items: Iterable[Item]) -> list[Item]:
    if isinstance(items, (Object, Derivative, Url)):
        raise ArgumentTypeError("items is one item, not several: put it into a list, or give it to fetch().")
    return list(items)


def _needed(path: AnyPath) -> AnyPath:
    path_text(path)
    return path


def _made(folder: AnyPath) -> Path:
    target = Path(os.path.abspath(path_text(folder)))
    target.mkdir(parents=True, exist_ok=True)
    return target
