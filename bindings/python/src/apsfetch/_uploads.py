"""Uploads: a file to a URL that is signed for writing, or as an object."""

from __future__ import annotations

from typing import Any, Callable

from . import _blocking, _functions
from ._connection import Connection
from ._job import Progress, ProgressCallback, read_progress
from ._library import AnyPath, Handle, Library, path_argument, text
from ._objects import UploadResult, read_upload
from ._polled import JobState, Polled


class UploadJob(Polled[Progress]):
    """An upload on a thread of the client. :meth:`Client.start_upload` and :meth:`Client.start_upload_object` make it.

    Any thread may use it. Close it, best by ``with``: an upload that is not over is cancelled then, and nothing of it
    reads the file or sends any more.
    """

    def __init__(
        self,
        library: Library,
        start: Callable[[Any], object],
        serve: Callable[[Polled[Any]], None] | None,
        client: object,
    ) -> None:
        super().__init__(library, _functions.UPLOAD_JOB, start, serve, client)

    def progress(self) -> Progress:
        """How far it has come, as a job of one item. The bytes sent never fall, also when the file is sent again."""
        return read_progress(self._library, self._handle, "apsfetch_upload_job_progress")

    def result(self) -> UploadResult:
        """Waits for the end, and gives what the service said, or raises what the upload failed with."""
        self.wait()
        answer = Handle(self._library, _functions.UPLOAD_RESULT)
        try:
            self._library.call("apsfetch_upload_job_result", self._handle.pointer, answer.out)
            return read_upload(self._library, answer.pointer)
        finally:
            answer.close()

    def _state(self) -> JobState:
        return self.progress().state

    def _news(self) -> Progress:
        return self.progress()


class Uploads(Connection):
    """The part of a client that uploads files."""

    def upload(
        self,
        url: str,
        path: AnyPath,
        *,
        content_type: str | None = None,
        single_use: bool = False,
        on_progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """Uploads a file to a URL that is signed for writing, such as :meth:`create_signed_url` gives.

        The access token is never sent there, and none is needed. A server that is busy is asked again with the whole
        file, unless ``single_use`` says that the URL works once.

        :param content_type: the media type; "application/octet-stream" by default.
        :param on_progress: called on this thread about ten times a second, and once at the end. An exception in it
            cancels the upload, which stores nothing then, and is raised.
        :raises FileError: the file cannot be read, or changes meanwhile.
        :raises ExpiredError: the URL does not work any more.
        :raises ForbiddenError: it is not for writing, or worked once and was used.
        """
        with self.start_upload(url, path, content_type=content_type, single_use=single_use) as job:
            job.wait(on_progress=on_progress)
            return job.result()

    async def upload_async(
        self,
        url: str,
        path: AnyPath,
        *,
        content_type: str | None = None,
        single_use: bool = False,
        on_progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """As :meth:`upload`. The event loop calls ``on_progress``; a task that is cancelled cancels the upload."""
        return await _finished(
            lambda: self.start_upload(url, path, content_type=content_type, single_use=single_use), on_progress
        )

    def upload_object(
        self,
        bucket: str,
        key: str,
        path: AnyPath,
        *,
        content_type: str | None = None,
        single_use: bool = False,
        minutes_expiration: int | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """Uploads a file as an object; one of this key is replaced. It needs the scope ``data:write``.

        It has a URL signed for it first, one that works once with ``single_use``, and for ``minutes_expiration``
        minutes, by default 60. Otherwise as :meth:`upload`.
        """
        with self.start_upload_object(
            bucket, key, path, content_type=content_type, single_use=single_use, minutes_expiration=minutes_expiration
        ) as job:
            job.wait(on_progress=on_progress)
            return job.result()

    async def upload_object_async(
        self,
        bucket: str,
        key: str,
        path: AnyPath,
        *,
        content_type: str | None = None,
        single_use: bool = False,
        minutes_expiration: int | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """As :meth:`upload_object`. The event loop calls ``on_progress``; a cancelled task cancels the upload."""
        await self._provide_async()
        return await _finished(
            lambda: self.start_upload_object(
                bucket,
                key,
                path,
                content_type=content_type,
                single_use=single_use,
                minutes_expiration=minutes_expiration,
            ),
            on_progress,
        )

    def start_upload(
        self, url: str, path: AnyPath, *, content_type: str | None = None, single_use: bool = False
    ) -> UploadJob:
        """Starts :meth:`upload`, for programs that look in now and then. Close the job, best by ``with``."""
        return self._start_upload((url,), path, content_type, single_use, None)

    def start_upload_object(
        self,
        bucket: str,
        key: str,
        path: AnyPath,
        *,
        content_type: str | None = None,
        single_use: bool = False,
        minutes_expiration: int | None = None,
    ) -> UploadJob:
        """Starts :meth:`upload_object`, for programs that look in now and then. Close the job, best by ``with``."""
        self._check_process()
        self._provide()
        return self._start_upload((bucket, key), path, content_type, single_use, minutes_expiration)

    def _start_upload(
        self, target: tuple[str, ...], path: AnyPath, content_type: str | None, single_use: bool, minutes: int | None
    ) -> UploadJob:
        self._check_process()
        name = "apsfetch_upload_job_start" if len(target) == 1 else "apsfetch_upload_job_start_object"
        suffix, native = path_argument(path)
        values = {"content_type": content_type, "single_use": single_use, "minutes_expiration": minutes}
        options = self._options(_functions.UPLOAD_OPTIONS, values)
        where = [text(part, what) for part, what in zip(target, ("url",) if len(target) == 1 else ("bucket", "key"))]

        def start(out: Any) -> None:
            self._library.call(name + suffix, self._handle.pointer, *where, native, options.pointer, out)

        return UploadJob(self._library, start, None if self._provider is None else self._serve, self)


async def _finished(start: Callable[[], UploadJob], on_progress: ProgressCallback | None) -> UploadResult:
    # The file may lie on a slow drive, which must not hold up the event loop.
    with await _blocking.in_thread(start) as job:
        await job.wait_async(on_progress)
        return job.result()
