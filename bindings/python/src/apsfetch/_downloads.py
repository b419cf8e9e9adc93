"""Downloads of single files, and of several into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ._connection import Connection
from ._errors import ApsError
from ._job import Job, ProgressCallback, raise_first_error
from ._library import AnyPath
from ._requests import Derivative, Item, Object, Requests, Url, need_token
from ._results import Result

_MEMORY = 64 << 20


class Downloads(Connection):
    """The part of a client that downloads items. Each method that waits has a twin for ``asyncio``."""

    def download_object(
        self, bucket: str, key: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads an object of the Object Storage Service into a file."""
        return self.fetch(Object(bucket, key, path), on_progress=on_progress)

    async def download_object_async(
        self, bucket: str, key: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        return await self.fetch_async(Object(bucket, key, path), on_progress=on_progress)

    def download_derivative(
        self, urn: str, derivative_urn: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        """Downloads a derivative of a design into a file."""
        return self.fetch(Derivative(urn, derivative_urn, path), on_progress=on_progress)

    async def download_derivative_async(
        self, urn: str, derivative_urn: str, path: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> Result:
        return await self.fetch_async(Derivative(urn, derivative_urn, path), on_progress=on_progress)

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

    async def download_url_async(
        self,
        url: str,
        path: AnyPath,
        *,
        headers: Mapping[str, str] | None = None,
        sha1: str | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> Result:
        return await self.fetch_async(Url(url, path, headers=headers or {}, sha1=sha1), on_progress=on_progress)

    def read_object(
        self, bucket: str, key: str, *, max_bytes: int = _MEMORY, on_progress: ProgressCallback | None = None
    ) -> bytes:
        """The bytes of an object. It fails if there are more than ``max_bytes``, by default 64 MiB."""
        return self.fetch(Object(bucket, key, memory=max_bytes), on_progress=on_progress).data or b""

    async def read_object_async(
        self, bucket: str, key: str, *, max_bytes: int = _MEMORY, on_progress: ProgressCallback | None = None
    ) -> bytes:
        result = await self.fetch_async(Object(bucket, key, memory=max_bytes), on_progress=on_progress)
        return result.data or b""

    def fetch(self, item: Item, *, on_progress: ProgressCallback | None = None) -> Result:
        """Downloads one item, with all the options it can have, and raises what it fails with."""
        with self.start([item]) as job:
            job.wait(on_progress=on_progress)
            return raise_first_error(job.results())[0]

    async def fetch_async(self, item: Item, *, on_progress: ProgressCallback | None = None) -> Result:
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
        with self._start(list(items), _made(folder)) as job:
            job.wait(on_progress=on_progress)
            return job.results()

    async def download_async(
        self, items: Iterable[Item], folder: AnyPath, *, on_progress: ProgressCallback | None = None
    ) -> list[Result | ApsError]:
        """As :meth:`download`. When the task is cancelled, so is the download, which is over before the task is."""
        self._check_process()
        return await self._download_async(list(items), _made(folder), on_progress)

    def start(self, items: Iterable[Item]) -> Job:
        """Starts to download items that each have a path or memory as their target."""
        return self._start(list(items), None)

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


def _made(folder: AnyPath) -> Path:
    target = Path(os.path.abspath(os.fsdecode(folder)))
    target.mkdir(parents=True, exist_ok=True)
    return target
