"""Uploads and waits for a translation: progress, exceptions, cancelling, tokens."""

import asyncio
import os
import signal
import sys
import threading
import time
import unittest
from typing import Any

import apsfetch

from .sandbox import BUCKET, SandboxTest

WRITING = "data:read data:write viewables:read"
# Longer than any of these tests takes: the server would never answer.
LIMIT = 60.0
SIZE = 3_000_000


class TooMuch(Exception):
    pass


class Work(SandboxTest):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "Grüße.dwg"
        self.file.write_bytes(os.urandom(SIZE))
        self.sandbox.fault("hang", match={"path_contains": "hang"})
        self.hanging = f"{self.sandbox.info['api']}/hang/url"

    def design(self, **state: Any) -> str:
        made = self.sandbox.control("designs", {"urn": f"urn:uploads:{self.id()}:{state}", "state": state})
        return str(made["urn"])


class Uploads(Work):
    def test_progress(self) -> None:
        client = self.client(scopes=WRITING)
        seen: list[apsfetch.Progress] = []
        threads: set[threading.Thread] = set()

        def watch(progress: apsfetch.Progress) -> None:
            seen.append(progress)
            threads.add(threading.current_thread())

        stored = client.upload_object(BUCKET, "watched.dwg", self.file, on_progress=watch)
        self.assertEqual(stored.bytes, SIZE)
        self.assertEqual(threads, {threading.current_thread()})
        self.assertEqual({progress.bytes_total for progress in seen}, {SIZE})
        sent = [progress.bytes_done for progress in seen]
        self.assertEqual(sent, sorted(sent))
        self.assertEqual((seen[-1].bytes_done, seen[-1].fraction), (SIZE, 1.0))
        self.assertEqual((seen[-1].state, seen[-1].items_total), (apsfetch.JobState.FINISHED, 1))
        self.assertIn("100%", str(seen[-1]))

    def test_an_exception_cancels_and_is_raised(self) -> None:
        client = self.client(scopes=WRITING)

        def fail(_: apsfetch.Progress) -> None:
            raise TooMuch

        began = time.monotonic()
        with self.assertRaises(TooMuch):
            client.upload(self.hanging, self.file, on_progress=fail)
        # While the URL is signed, too.
        with self.assertRaises(TooMuch):
            client.upload_object("hanging-bucket", "key", self.file, on_progress=fail)
        self.assertLess(time.monotonic() - began, LIMIT)

    def test_a_job(self) -> None:
        client = self.client(scopes=WRITING)
        with client.start_upload(self.hanging, self.file) as job:
            self.assertFalse(job.wait(0.05))
            self.assertFalse(job.finished)
            self.assertEqual(job.progress().state, apsfetch.JobState.RUNNING)
            job.cancel()
            with self.assertRaises(apsfetch.Cancelled):
                job.result()
            self.assertEqual(job.progress().items_failed, 1)
        with self.assertRaises(apsfetch.InvalidHandleError):
            job.progress()
        with client.start_upload_object(BUCKET, "job.dwg", os.fsencode(self.file)) as job:
            self.assertTrue(job.wait())
            self.assertEqual(job.result(), job.result())
        job = client.start_upload(self.hanging, self.file)
        client.close()
        self.assertTrue(job.wait(LIMIT))
        job.close()

    def test_what_is_wrong_is_said_before_anything_is_sent(self) -> None:
        client = self.client(scopes=WRITING)
        for path, kind in ((self.folder / "none", apsfetch.FileError), (self.folder, apsfetch.InvalidArgumentError)):
            with self.assertRaises(kind):
                client.upload_object(BUCKET, "key", path)
        with self.assertRaisesRegex(apsfetch.ArgumentTypeError, "bucket"):
            client.upload_object(None, "key", self.file)  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            client.upload(self.hanging, None)  # type: ignore[arg-type]
        self.assertEqual(self.sandbox.requests(), [])

    def test_a_provider_is_asked_again_when_its_token_is_refused(self) -> None:
        tokens = ["expired", self.sandbox.token(WRITING)]
        client = self.client(token_provider=lambda: tokens.pop(0))
        self.assertEqual(client.upload_object(BUCKET, "provided.dwg", self.file).bytes, SIZE)
        self.assertEqual(tokens, [])

    def test_asyncio(self) -> None:
        async def work() -> None:
            async with self.client(scopes=WRITING) as client:
                seen: list[int] = []
                stored = await client.upload_object_async(
                    BUCKET, "async.dwg", self.file, on_progress=lambda progress: seen.append(progress.bytes_done)
                )
                self.assertEqual((stored.bytes, seen[-1]), (SIZE, SIZE))

                def fail(_: apsfetch.Progress) -> None:
                    raise TooMuch

                with self.assertRaises(TooMuch):
                    await client.upload_async(self.hanging, self.file, on_progress=fail)
                upload = asyncio.ensure_future(client.upload_async(self.hanging, self.file))
                await asyncio.sleep(0.05)
                upload.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await upload

        asyncio.run(asyncio.wait_for(work(), LIMIT))

    @unittest.skipIf(sys.platform == "win32", "a signal cannot be sent to a process of its own")
    def test_ctrl_c(self) -> None:
        client = self.client(scopes=WRITING)
        began = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            client.upload(self.hanging, self.file, on_progress=lambda _: os.kill(os.getpid(), signal.SIGINT))
        self.assertLess(time.monotonic() - began, LIMIT)

    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork here")
    def test_after_a_fork(self) -> None:
        client = self.client(scopes=WRITING)
        job = client.start_upload(self.hanging, self.file)
        watch = client.watch_manifest(self.design(state="in_progress"))
        child = os.fork()
        if child == 0:
            wrong = 0
            for call in (job.wait, job.cancel, job.progress, job.result, watch.wait, watch._state):
                try:
                    call()  # type: ignore[operator]
                except apsfetch.WrongProcessError:
                    wrong += 1
            os._exit(0 if wrong == 6 else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertFalse(job.finished)
        job.close()
        watch.close()


class Waits(Work):
    def test_each_manifest_is_told(self) -> None:
        client = self.client(scopes=WRITING)
        seen: list[apsfetch.Manifest] = []
        manifest = client.wait_for_manifest(self.design(state="polls", polls=1), on_progress=seen.append)
        self.assertEqual(manifest.status, apsfetch.TranslationStatus.SUCCESS)
        self.assertEqual(seen[-1], manifest)
        self.assertFalse(seen[0].over)

    def test_an_exception_ends_the_wait(self) -> None:
        client = self.client(scopes=WRITING)

        def fail(_: apsfetch.Manifest) -> None:
            raise TooMuch

        never = self.design(state="in_progress")
        with self.assertRaises(TooMuch):
            client.wait_for_manifest(never, on_progress=fail)
        with self.assertRaisesRegex(apsfetch.NotReadyError, "in progress"):
            client.wait_for_manifest(never, timeout=0.01)

    def test_a_watch(self) -> None:
        client = self.client(scopes=WRITING)
        with client.watch_manifest(self.design(state="in_progress")) as watch:
            while watch.latest is None:
                self.assertFalse(watch.wait(0.01))
            self.assertFalse(watch.latest.over)
            watch.cancel()
            with self.assertRaises(apsfetch.Cancelled):
                watch.result()
        with self.assertRaises(apsfetch.NotFoundError):
            client.watch_manifest("dXJuOm5vbmU").result()

    def test_asyncio(self) -> None:
        async def work() -> None:
            async with self.client(scopes=WRITING) as client:
                seen: list[apsfetch.Manifest] = []
                urn = self.design(state="polls", polls=1)
                manifest = await client.wait_for_manifest_async(urn, on_progress=seen.append)
                self.assertEqual(seen[-1], manifest)
                wait = asyncio.ensure_future(client.wait_for_manifest_async(self.design(state="in_progress")))
                await asyncio.sleep(0.05)
                wait.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await wait

        asyncio.run(asyncio.wait_for(work(), LIMIT))

    def test_a_provider_serves_it(self) -> None:
        tokens = ["expired", self.sandbox.token(WRITING)]
        client = self.client(token_provider=lambda: tokens.pop(0))
        manifest = client.wait_for_manifest(self.design(state="polls", polls=0))
        self.assertTrue(manifest.over)
        self.assertEqual(tokens, [])


if __name__ == "__main__":
    unittest.main()
