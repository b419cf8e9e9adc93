"""Whole designs and prefixes go into folders, and what is unchanged is not fetched again."""

import unittest
from pathlib import Path

import apsfetch
from apsfetch import FileStatus

from .sandbox import BUCKET, SandboxTest


class Folders(SandboxTest):
    def design(self, name: str) -> str:
        return next(str(design["urn"]) for design in self.sandbox.info["designs"] if design["name"] == name)

    def test_a_design_with_filters(self) -> None:
        client, urn, folder = self.client(), self.design("house.rvt"), self.folder / "new"
        seen: list[apsfetch.Progress] = []
        outcome = client.download_design(urn, folder, mimes=["image/png"], on_progress=seen.append)
        self.assertEqual({file.status for file in outcome.files}, {FileStatus.DOWNLOADED})
        self.assertEqual((outcome.folder, outcome.failed), (folder, ()))
        self.assertTrue(outcome.listing.is_file())
        for file in outcome.files:
            assert file.path is not None
            self.assertEqual(file.path.stat().st_size, file.bytes)
            self.assertEqual(file.path.suffix, ".png")
        self.assertEqual(seen[-1].items_finished, len(outcome.files))
        again = client.download_design(urn, folder, mimes=["image/png"])
        self.assertEqual({file.status for file in again.files}, {FileStatus.UNCHANGED})
        self.assertEqual(client.download_design(urn, folder, roles=["none"]).files, ())

    def test_a_design_that_is_not_there_to_download(self) -> None:
        client = self.client()
        with self.assertRaises(apsfetch.NotReadyError):
            client.download_design(self.design("stuck.rvt"), self.folder)
        with self.assertRaisesRegex(apsfetch.RefusedError, "could not translate"):
            client.download_design(self.design("broken.rvt"), self.folder)

    def test_objects_below_a_prefix(self) -> None:
        self.sandbox.add_object("models/2026/a.bin", 1000)
        self.sandbox.add_object("models/2026/sub/b.bin", 2000)
        client = self.client()
        for strip, names in ((False, "models/2026/"), (True, "")):
            with self.subTest(strip=strip):
                folder = self.folder / str(strip)
                outcome = client.download_objects(BUCKET, folder, prefix="models/2026/", strip_prefix=strip)
                expected = {folder / f"{names}a.bin": 1000, folder / f"{names}sub/b.bin": 2000}
                self.assertEqual({file.path: file.bytes for file in outcome.files}, expected)
                outcome.raise_first_error()

    def test_one_failed_file_does_not_spoil_the_others(self) -> None:
        self.sandbox.add_object("part/good.bin", 1000)
        self.sandbox.add_object("part/lost.bin", 1000)
        self.sandbox.fault("status", match={"origin": "s3", "path_contains": "lost"}, status=404)
        outcome = self.client().download_objects(BUCKET, self.folder, prefix="part/")
        self.assertEqual([file.status for file in outcome.files], [FileStatus.DOWNLOADED, FileStatus.FAILED])
        self.assertEqual([file.id for file in outcome.failed], ["part/lost.bin"])
        with self.assertRaises(apsfetch.NotFoundError):
            outcome.raise_first_error()

    def test_a_plan_is_made_before_it_is_run(self) -> None:
        client = self.client()
        manifest = client.manifest(self.design("house.rvt"))
        self.sandbox.control("requests", method="DELETE")
        with client.plan_design(manifest, self.folder, output_types=["thumbnail", "svf2"]) as plan:
            self.assertEqual(self.sandbox.requests(), [])
            skipped = [file for file in plan.files if file.status == FileStatus.SKIPPED]
            self.assertTrue(skipped and all(file.reason for file in skipped))
            planned = [file for file in plan.files if file.status == FileStatus.PLANNED]
            self.assertEqual([file.job_index for file in planned], list(range(len(planned))))
            with client.start_plan(plan) as job:
                job.wait()
                items = [job.item_progress(index) for index in range(len(job))]
                outcome = plan.record(job)
                with self.assertRaises(IndexError):
                    job.item_progress(len(job))
            self.assertTrue(all(item.finished for item in items))
            done = [file.bytes for file in outcome.files if file.status == FileStatus.DOWNLOADED]
            self.assertEqual([item.bytes_done for item in items], done)
            self.assertEqual([item.bytes_total for item in items], done)
        with client.plan_objects(BUCKET, self.folder / "b", prefix="odd") as objects:
            self.assertEqual([(file.id, file.size) for file in objects.files], [("odd.bin", 12345)])
            self.assertIsInstance(objects.listing, Path)

    def test_what_was_finished_before_an_exception_is_not_fetched_again(self) -> None:
        class Stop(Exception):
            pass

        def stop(progress: apsfetch.Progress) -> None:
            if progress.items_finished:
                raise Stop

        self.sandbox.add_object("stop/a.bin", 1000)
        self.sandbox.add_object("stop/b hangs.bin", 1000)
        self.sandbox.fault("hang", match={"origin": "s3", "path_contains": "hangs"})
        client = self.client()
        with self.assertRaises(Stop):
            client.download_objects(BUCKET, self.folder, prefix="stop/", on_progress=stop)
        self.sandbox.control("faults", method="DELETE")
        outcome = client.download_objects(BUCKET, self.folder, prefix="stop/")
        self.assertEqual([file.status for file in outcome.files], [FileStatus.UNCHANGED, FileStatus.DOWNLOADED])


if __name__ == "__main__":
    unittest.main()
