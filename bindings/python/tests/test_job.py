"""Jobs can be watched, cancelled and left, and nothing waits for a network that does not answer."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
import warnings
from collections.abc import Callable
from pathlib import Path

import apsfetch

from .sandbox import BUCKET, SandboxTest

# What is to happen at once may take this long on a busy machine. The server would never answer.
AT_ONCE = 5.0

INTERRUPTED = """
import asyncio, signal, sys, apsfetch
signal.signal(signal.SIGINT, signal.default_int_handler)
api, token, bucket, key, path, what = sys.argv[1:]
client = apsfetch.Client(base_url=api, access_token=token, proxy="")
item = apsfetch.Object(bucket, key, path)
try:
    if what == "sign":
        print("running", flush=True)
        client.sign([item])
    elif what == "async":
        asyncio.run(client.fetch_async(item, on_progress=lambda progress: print("running", flush=True)))
    elif what == "resume":
        enough = lambda progress: progress.bytes_done > 3 << 20 and print("running", flush=True)
        client.fetch(item, on_progress=enough)
    else:
        client.fetch(item, on_progress=lambda progress: print("running", flush=True))
    print("not interrupted")
except KeyboardInterrupt:
    print("interrupted")
"""


class Jobs(SandboxTest):
    def test_a_job_can_be_polled(self) -> None:
        key = self.hanging_object()
        client = self.client()
        items = [apsfetch.Object(BUCKET, "one.bin", memory=1), apsfetch.Object(BUCKET, key, self.folder / "a")]
        with client.start(items) as job:
            self.assertEqual(len(job), 2)
            while job.result(0) is None:
                self.assertFalse(job.wait(0.01))
            self.assertIsNone(job.result(1))
            self.assertFalse(job.finished)
            progress = job.progress()
            self.assertEqual((progress.state, progress.items_finished), (apsfetch.JobState.RUNNING, 1))
            job.cancel()
            one, hanging = job.results()
            self.assertIsInstance(one, apsfetch.Result)
            self.assertIsInstance(hanging, apsfetch.Cancelled)
            self.assertTrue(job.finished)
            with self.assertRaises(IndexError):
                [one, hanging][len(job)]
            with self.assertRaises(IndexError):
                job.result(2)
            self.assertIs(type(job.result(-1)), apsfetch.Cancelled)
            # Nothing of the large item has come, so the job is over and not at 100%.
            self.assertNotEqual(job.progress().fraction, 1.0)
        with self.assertRaisesRegex(apsfetch.InvalidHandleError, "job is closed"):
            job.progress()

    def test_a_wait_ends_with_its_time(self) -> None:
        with self.client().start([apsfetch.Object(BUCKET, self.hanging_object(), memory=1 << 20)]) as job:
            for timeout in (0, 0.05, 0.25):
                # The difference of two times may round to less than what was added: the clock of Windows ticks every
                # 16 ms, so both are often the same tick.
                not_before = time.monotonic() + timeout
                self.assertFalse(job.wait(timeout))
                self.assertGreaterEqual(time.monotonic(), not_before)
                self.assertLess(time.monotonic(), not_before + AT_ONCE)

    def test_another_thread_can_cancel(self) -> None:
        with self.client().start([apsfetch.Object(BUCKET, self.hanging_object(), memory=1 << 20)]) as job:
            thread = threading.Thread(target=job.cancel)
            self.assertIsInstance(job.wait(0.1), bool)
            thread.start()
            self.assertTrue(job.wait(AT_ONCE))
            thread.join()

    def test_closing_the_client_ends_its_jobs(self) -> None:
        client = self.client()
        with client.start([apsfetch.Object(BUCKET, self.hanging_object(), memory=1 << 20)]) as job:
            client.close()
            self.assertTrue(job.wait(AT_ONCE))
            self.assertIsInstance(job.results()[0], apsfetch.Cancelled)

    def test_a_forgotten_job_is_cancelled_and_freed(self) -> None:
        client = self.client()
        job = client.start([apsfetch.Object(BUCKET, self.hanging_object(), self.folder / "a")])
        handle = job._handle
        self.assertFalse(handle.closed)
        free = handle._free
        del handle, job
        self.assertFalse(free.alive)

    def test_an_exception_in_on_progress_cancels_and_is_raised(self) -> None:
        class Stop(Exception):
            pass

        def stop(progress: apsfetch.Progress) -> None:
            raise Stop

        client = self.client()
        item = apsfetch.Object(BUCKET, self.hanging_object(), self.folder / "a")
        began = time.monotonic()
        with self.assertRaises(Stop):
            client.fetch(item, on_progress=stop)
        with self.assertRaises(Stop):
            client.download([item], self.folder, on_progress=stop)
        with client.start([item]) as job:
            with self.assertRaises(Stop):
                job.wait(on_progress=stop)
            self.assertTrue(job.finished)
            self.assertIsInstance(job.result(0), apsfetch.Cancelled)
        self.assertLess(time.monotonic() - began, AT_ONCE)
        self.assertEqual(client.read_object(BUCKET, "notes.txt"), b"A text, for the eye.\n")

    def test_progress_comes_about_ten_times_a_second(self) -> None:
        seen: list[float] = []

        def note(progress: apsfetch.Progress) -> None:
            seen.append(time.monotonic())
            if len(seen) == 4:
                raise KeyboardInterrupt

        item = apsfetch.Object(BUCKET, self.hanging_object(), memory=1 << 20)
        with self.assertRaises(KeyboardInterrupt):
            self.client().fetch(item, on_progress=note)
        for before, after in zip(seen, seen[1:]):
            self.assertGreater(after - before, 0.05)

    @unittest.skipIf(sys.platform == "win32", "a signal cannot be sent to one process of a console")
    def test_ctrl_c_ends_a_download_and_a_signing_at_once(self) -> None:
        key = self.hanging_object()
        self.sandbox.fault("hang", match={"path_contains": "hanging-bucket"})
        for what, bucket in (("download", BUCKET), ("async", BUCKET), ("sign", "hanging-bucket")):
            with self.subTest(what):
                target = self.folder / "a.bin"
                process = self.interruptible(bucket, key, target, what)
                if what == "sign":
                    # Only when the call is under way is there something to interrupt.
                    while not any("hanging-bucket" in seen["target"] for seen in self.sandbox.requests()):
                        self.assertIsNone(process.poll())
                self.interrupt(process)
                self.assertFalse(target.exists())

    @unittest.skipIf(sys.platform == "win32", "a signal cannot be sent to one process of a console")
    def test_what_had_arrived_before_ctrl_c_is_not_fetched_again(self) -> None:
        self.sandbox.add_object("interrupted.bin", 40 << 20)
        self.sandbox.fault("stall", match={"origin": "s3", "path_contains": "interrupted"}, at=1 << 20)
        target = self.folder / "a.bin"
        self.interrupt(self.interruptible(BUCKET, "interrupted.bin", target, "resume"))
        names = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(names, ["a.bin.apsfetch-journal", "a.bin.apsfetch-part"])
        self.sandbox.control("faults", method="DELETE")
        result = self.client().download_object(BUCKET, "interrupted.bin", target)
        self.assertGreater(result.resumed_bytes, 3 << 20)
        self.assertEqual(result.verification, apsfetch.Verification.SHA1)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["a.bin"])

    def interruptible(self, bucket: str, key: str, target: Path, what: str) -> "subprocess.Popen[bytes]":
        """A program that does something that takes long, and has begun with it."""
        arguments = [self.sandbox.info["api"], self.sandbox.token(), bucket, key, str(target), what]
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED, *arguments],
            stdout=subprocess.PIPE,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        )
        assert process.stdout is not None
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"running\n")
        return process

    def interrupt(self, process: "subprocess.Popen[bytes]") -> None:
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - sent, AT_ONCE)
        self.assertEqual(output.split()[-1:], [b"interrupted"])
        self.assertEqual(process.returncode, 0)

    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork here")
    def test_after_fork_there_is_a_clear_error_and_a_new_client_works(self) -> None:
        client = self.client()
        client.read_object(BUCKET, "one.bin")
        key, token = self.hanging_object(), self.sandbox.token()
        with client.start([apsfetch.Object(BUCKET, key, memory=1 << 20)]) as job:
            with warnings.catch_warnings():
                # Python warns of what this test is about: fork with threads.
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if child == 0:
                code = 1
                try:
                    calls: tuple[Callable[[], object], ...] = (
                        lambda: client.read_object(BUCKET, "one.bin"),
                        lambda: client.sign([]),
                        lambda: client.manifest("dXJu"),
                        lambda: client.list_objects(BUCKET),
                        lambda: client.login("id", "data:read", callback_port=0),
                        lambda: client.download_objects(BUCKET, self.folder),
                        lambda: asyncio.run(client.download_async([], self.folder)),
                        lambda: job.item_progress(0),
                        lambda: client.set_access_token("t"),
                        job.progress,
                        job.wait,
                        job.cancel,
                    )
                    for call in calls:
                        try:
                            call()
                            os._exit(2)
                        except apsfetch.WrongProcessError as error:
                            if "fork" not in str(error):
                                os._exit(3)
                    job.close()
                    client.close()
                    with self.sandbox.client(access_token=token) as own:
                        code = 0 if len(own.read_object(BUCKET, "one.bin")) == 1 else 4
                finally:
                    os._exit(code)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertFalse(job.finished)
        self.assertEqual(len(client.read_object(BUCKET, "one.bin")), 1)


if __name__ == "__main__":
    unittest.main()
