"""Everything that waits can be awaited: the event loop is never held up, and cancelling a task ends its work."""

import asyncio
import threading
import time
import unittest
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import apsfetch

from .sandbox import BUCKET, SandboxTest

T = TypeVar("T")

# What is to happen at once may take this long on a busy machine. The server would never answer.
AT_ONCE = 5.0


class Asyncio(SandboxTest):
    def run_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine to its end. A test that hangs fails."""

        async def limited() -> T:
            return await asyncio.wait_for(work, 60)

        return asyncio.run(limited())

    def test_downloads(self) -> None:
        async def work() -> None:
            async with self.client() as client:
                threads: set[threading.Thread] = set()
                result, data, several = await asyncio.gather(
                    client.download_object_async(
                        BUCKET,
                        "medium.bin",
                        self.folder / "a",
                        on_progress=lambda _: threads.add(threading.current_thread()),
                    ),
                    client.read_object_async(BUCKET, "notes.txt"),
                    client.download_async(
                        [apsfetch.Object(BUCKET, "odd.bin"), apsfetch.Object(BUCKET, "none")], self.folder
                    ),
                )
                self.assertEqual(result.bytes, (self.folder / "a").stat().st_size)
                self.assertEqual(threads, {threading.current_thread()})
                self.assertEqual(data, b"A text, for the eye.\n")
                assert isinstance(several[0], apsfetch.Result)
                self.assertEqual(several[0].bytes, 12345)
                self.assertIsInstance(several[1], apsfetch.RefusedError)
            with self.assertRaises(apsfetch.InvalidHandleError):
                await client.read_object_async(BUCKET, "notes.txt")

        self.run_for(work())

    def test_questions(self) -> None:
        async def work() -> None:
            client = self.client(scopes="data:read data:write")
            found = self.derivative()
            signed, manifest, objects, details = await asyncio.gather(
                client.sign_async([found]),
                client.manifest_async(found.urn),
                client.list_objects_async(BUCKET, max_objects=1),
                client.object_details_async(BUCKET, "notes.txt"),
            )
            assert isinstance(signed[0], apsfetch.Signed)
            self.assertEqual((manifest.urn, len(objects), details.size), (found.urn, 1, 21))
            source = self.folder / "a"
            source.write_bytes(b"abc")
            self.assertEqual((await client.upload_object_async(BUCKET, "async", source)).bytes, 3)
            outcome = await client.download_objects_async(BUCKET, self.folder / "b", prefix="async")
            self.assertEqual([file.bytes for file in outcome.files], [3])
            outcome = await client.download_design_async(found.urn, self.folder / "c", mimes=["image/png"])
            outcome.raise_first_error()
            with self.assertRaises(apsfetch.NotFoundError):
                await client.manifest_async("dXJuOm5vbmU")

        self.run_for(work())

    def cancelled(self, work: Awaitable[Any], begun: str) -> None:
        """Cancels work when its request has arrived, and sees it end at once."""

        async def run() -> None:
            task = asyncio.ensure_future(work)
            loop = asyncio.get_running_loop()
            while not any(
                begun in request["target"] for request in await loop.run_in_executor(None, self.sandbox.requests)
            ):
                self.assertFalse(task.done())
                await asyncio.sleep(0.01)
            began = time.monotonic()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertLess(time.monotonic() - began, AT_ONCE)

        self.run_for(run())

    def test_cancelling_a_download(self) -> None:
        client, key = self.client(), self.hanging_object()
        self.cancelled(client.download_object_async(BUCKET, key, self.folder / "a"), "hang")
        # Nothing writes any more, so another download has the target for itself at once.
        self.sandbox.control("faults", method="DELETE")
        self.assertEqual(client.download_object(BUCKET, key, self.folder / "a").bytes, 1_000_000)

    def test_cancelling_a_question(self) -> None:
        self.sandbox.fault("hang", match={"path_contains": "hanging-bucket"})
        client = self.client()
        self.cancelled(client.list_objects_async("hanging-bucket"), "hanging-bucket")
        client.close()

    def test_cancelling_a_folder(self) -> None:
        client, key = self.client(), self.hanging_object()
        self.cancelled(client.download_objects_async(BUCKET, self.folder, prefix=key), "hang%20")

    def test_an_exception_in_on_progress_is_raised(self) -> None:
        class Stop(Exception):
            pass

        def stop(_: apsfetch.Progress) -> None:
            raise Stop

        key = self.hanging_object()

        async def work() -> None:
            with self.client().start([apsfetch.Object(BUCKET, key, memory=1 << 20)]) as job:
                with self.assertRaises(Stop):
                    await job.wait_async(stop)
                self.assertTrue(job.finished)
                self.assertIsInstance(job.result(0), apsfetch.Cancelled)

        self.run_for(work())

    def test_a_provider_that_blocks_does_not_hold_up_the_event_loop(self) -> None:
        turned, calls = threading.Event(), []

        def provide() -> str:
            calls.append(threading.current_thread())
            if len(calls) == 1:
                return "expired"
            # Only the event loop can let it go on.
            self.assertTrue(turned.wait(AT_ONCE))
            return self.sandbox.token()

        async def work() -> None:
            client = self.client(token_provider=provide)
            task = asyncio.ensure_future(client.read_object_async(BUCKET, "notes.txt"))
            while len(calls) < 2:
                await asyncio.sleep(0.01)
            turned.set()
            self.assertEqual(await task, b"A text, for the eye.\n")
            self.assertNotIn(threading.current_thread(), calls)

        self.run_for(work())


if __name__ == "__main__":
    unittest.main()
