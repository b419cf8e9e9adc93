"""Whole designs, and what a bucket holds below a prefix, into folders."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from . import _blocking, _functions
from ._errors import ApsError, NotReadyError, RefusedError
from ._job import Job, Progress, ProgressCallback
from ._library import AnyPath, Handle, path_argument, text
from ._manifest import Manifest, TranslationStatus, manifest_handle
from ._plans import FileStatus, FolderOutcome, Plan
from ._services import Call, Services

# A program that is killed has downloaded in vain what finished within these seconds.
_NOTE = 2.0


class Folders(Services):
    """The part of a client that downloads many files into a folder."""

    def plan_design(
        self,
        manifest: Manifest,
        folder: AnyPath,
        *,
        roles: Iterable[str] = (),
        mimes: Iterable[str] = (),
        output_types: Iterable[str] = (),
    ) -> Plan:
        """Plans to download the derivatives of a design into a folder, which is made. Nothing is sent.

        Filters of one kind are alternatives, and those of different kinds must all be met. What cannot be
        downloaded is in the plan as skipped.
        """
        self._check_process()
        library = self._library
        kept = manifest_handle(library, manifest.json)
        filter = self._design_filter(roles, mimes, output_types)
        suffix, native = path_argument(folder)
        plan = Handle(library, _functions.PLAN)
        pointers = (self._handle.pointer, kept.pointer, filter.pointer)
        library.call(f"apsfetch_plan_design{suffix}", *pointers, native, plan.out)
        return Plan(library, plan)

    def plan_objects(
        self, bucket: str, folder: AnyPath, *, prefix: str | None = None, strip_prefix: bool = False
    ) -> Plan:
        """Plans to download objects of a bucket, which is listed for it, into a folder.

        ``strip_prefix`` leaves the folders of the prefix out of the files' names.
        """
        return self._ask(self._plan_objects(bucket, folder, prefix, strip_prefix))

    async def plan_objects_async(
        self, bucket: str, folder: AnyPath, *, prefix: str | None = None, strip_prefix: bool = False
    ) -> Plan:
        """As :meth:`plan_objects`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._plan_objects(bucket, folder, prefix, strip_prefix))

    def start_plan(self, plan: Plan) -> Job:
        """Starts to download the planned files, in their order. :meth:`Plan.record` notes what became of them."""
        self._check_process()
        self._provide()
        return self._plan_job(plan)

    def download_design(
        self,
        urn: str,
        folder: AnyPath,
        *,
        roles: Iterable[str] = (),
        mimes: Iterable[str] = (),
        output_types: Iterable[str] = (),
        on_progress: ProgressCallback | None = None,
    ) -> FolderOutcome:
        """Downloads the derivatives of a design into a folder: manifest, plan, job, listing.

        Files that are unchanged since the last time are not downloaded again, and one failed file does not stop the
        others: ask for :attr:`FolderOutcome.failed`. A translation that has not ended is :class:`NotReadyError`; one
        that failed and left nothing to download is :class:`RefusedError`.
        """
        manifest = _translated(self.manifest(urn))
        with self.plan_design(manifest, folder, roles=roles, mimes=mimes, output_types=output_types) as plan:
            return self._run(_worth_it(manifest, plan), on_progress)

    async def download_design_async(
        self,
        urn: str,
        folder: AnyPath,
        *,
        roles: Iterable[str] = (),
        mimes: Iterable[str] = (),
        output_types: Iterable[str] = (),
        on_progress: ProgressCallback | None = None,
    ) -> FolderOutcome:
        """As :meth:`download_design`, beside an event loop. A task that is cancelled cancels the work."""
        manifest = _translated(await self.manifest_async(urn))
        # The folder may lie on a slow drive, which must not hold up the event loop.
        with await _blocking.in_thread(
            lambda: self.plan_design(manifest, folder, roles=roles, mimes=mimes, output_types=output_types)
        ) as plan:
            return await self._run_async(_worth_it(manifest, plan), on_progress)

    def download_objects(
        self,
        bucket: str,
        folder: AnyPath,
        *,
        prefix: str | None = None,
        strip_prefix: bool = False,
        on_progress: ProgressCallback | None = None,
    ) -> FolderOutcome:
        """Downloads the objects of a bucket into a folder, or those below a prefix, as :meth:`download_design`."""
        with self.plan_objects(bucket, folder, prefix=prefix, strip_prefix=strip_prefix) as plan:
            return self._run(plan, on_progress)

    async def download_objects_async(
        self,
        bucket: str,
        folder: AnyPath,
        *,
        prefix: str | None = None,
        strip_prefix: bool = False,
        on_progress: ProgressCallback | None = None,
    ) -> FolderOutcome:
        """As :meth:`download_objects`, beside an event loop. A task that is cancelled cancels the work."""
        with await self.plan_objects_async(bucket, folder, prefix=prefix, strip_prefix=strip_prefix) as plan:
            return await self._run_async(plan, on_progress)

    def _plan_objects(self, bucket: str, folder: AnyPath, prefix: str | None, strip_prefix: bool) -> Call[Plan]:
        filter = self._options(_functions.OBJECT_FILTER, {"prefix": prefix, "strip_prefix": strip_prefix})
        suffix, native = path_argument(folder)
        library, client, key = self._library, self._handle, text(bucket, "bucket")

        def call(cancel: Any) -> Plan:
            plan = Handle(library, _functions.PLAN)
            arguments = (client.pointer, key, filter.pointer, native, cancel, plan.out)
            library.call(f"apsfetch_plan_objects{suffix}", *arguments)
            return Plan(library, plan)

        return call

    def _design_filter(self, roles: Iterable[str], mimes: Iterable[str], output_types: Iterable[str]) -> Handle:
        filter = self._options(_functions.DESIGN_FILTER, {})
        for name, values in (("role", roles), ("mime", mimes), ("output_type", output_types)):
            # A text would be taken for its letters.
            for value in [values] if isinstance(values, str) else values:
                self._library.call(f"apsfetch_design_filter_add_{name}", filter.pointer, text(value, name))
        return filter

    def _plan_job(self, plan: Plan) -> Job:
        def start(out: Any) -> None:
            self._library.call("apsfetch_plan_start", self._handle.pointer, plan._handle.pointer, out)

        return self._new_job(start)

    def _run(self, plan: Plan, on_progress: ProgressCallback | None) -> FolderOutcome:
        with self.start_plan(plan) as job:
            try:
                job.wait(on_progress=_noting(plan, job, on_progress))
            except BaseException:
                _note(plan, job)
                raise
            return plan.record(job)

    async def _run_async(self, plan: Plan, on_progress: ProgressCallback | None) -> FolderOutcome:
        import asyncio

        await self._provide_async()
        with self._plan_job(plan) as job:
            noting = asyncio.ensure_future(_keep_noting(plan, job))
            try:
                await job.wait_async(on_progress)
            except BaseException:
                _note(plan, job)
                raise
            finally:
                noting.cancel()
            return await _blocking.in_thread(lambda: plan.record(job))


async def _keep_noting(plan: Plan, job: Job) -> None:
    """Notes every now and then what has finished, on a thread: the folder may lie on a slow drive."""
    import asyncio

    noted = 0
    while True:
        await asyncio.sleep(_NOTE)
        finished = job.progress().items_finished
        if finished != noted:
            noted = finished
            await _blocking.in_thread(lambda: _note(plan, job))


def _note(plan: Plan, job: Job) -> None:
    try:
        plan.record(job)
    except ApsError:
        # If it cannot be written, the end of the job says so; and what is raised already says more.
        pass


def _noting(plan: Plan, job: Job, on_progress: ProgressCallback | None) -> ProgressCallback:
    """Notes every now and then what has finished, beside telling the progress."""
    noted = (time.monotonic(), 0)

    def tell(progress: Progress) -> None:
        nonlocal noted
        if on_progress is not None:
            on_progress(progress)
        if time.monotonic() - noted[0] >= _NOTE and progress.items_finished != noted[1]:
            noted = (time.monotonic(), progress.items_finished)
            _note(plan, job)

    return tell


def _translated(manifest: Manifest) -> Manifest:
    if not manifest.over:
        raise NotReadyError(
            "The translation of the design is not over. Wait for its manifest first, then download it."
        )
    return manifest


def _worth_it(manifest: Manifest, plan: Plan) -> Plan:
    if manifest.status not in (TranslationStatus.FAILED, TranslationStatus.TIMEOUT):
        return plan
    if any(file.status != FileStatus.SKIPPED for file in plan.files):
        return plan
    said = [message.text for node in manifest.nodes() for message in node.messages if message.type == "error"]
    reason = next((" ".join(text.split())[:300] for text in said if text), "no reason given")
    raise RefusedError(f'APS could not translate the design, so there is nothing to download: "{reason}".')
