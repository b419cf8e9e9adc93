"""Downloads of all kinds, into files and memory, alone and together."""

import datetime
import hashlib
import threading
import unittest
from pathlib import Path
from typing import Any

import apsfetch
from apsfetch import _functions, _library, _requests

from .sandbox import BUCKET, SandboxTest


class OneFile(SandboxTest):
    def test_an_object(self) -> None:
        seen: list[apsfetch.Progress] = []
        target = self.folder / "Grüße 日本語.bin"
        result = self.client().download_object(BUCKET, "Grüße/日本語.bin", target, on_progress=seen.append)
        content = target.read_bytes()
        self.assertEqual((result.status, result.bytes), (apsfetch.ItemStatus.DOWNLOADED, len(content)))
        self.assertEqual((result.path, result.data), (target, None))
        self.assertEqual(result.verification, apsfetch.Verification.SHA1)
        self.assertEqual(result.sha1, hashlib.sha1(content).hexdigest())
        self.assertGreater(result.parts, 0)
        last = seen[-1]
        self.assertEqual((last.state, last.fraction), (apsfetch.JobState.FINISHED, 1.0))
        self.assertEqual((last.items_finished, last.items_failed, last.bytes_done), (1, 0, len(content)))
        self.assertIn("100%", str(last))

    def test_a_path_as_text(self) -> None:
        target = str(self.folder / "a.bin")
        result = self.client().download_object(BUCKET, "odd.bin", target)
        self.assertEqual(result.path, Path(target))

    def test_a_derivative(self) -> None:
        derivative = self.derivative()
        target = self.folder / "a.png"
        result = self.client().download_derivative(derivative.urn, derivative.derivative_urn, target)
        self.assertEqual((result.bytes, result.content_type), (target.stat().st_size, "image/png"))

    def test_a_derivative_of_another_region(self) -> None:
        derivative = self.derivative("Haus.rvt", ".obj")
        regions: tuple[dict[str, Any], ...] = ({"region": "EMEA"}, {"emea_path": True})
        for options in regions:
            with self.subTest(options=options):
                client = self.client(**options, user_agent="PythonTest/1.0")
                result = client.download_derivative(derivative.urn, derivative.derivative_urn, self.folder / "a")
                self.assertEqual(result.bytes, 2097152)
        agents = {dict(request["headers"])["user-agent"] for request in self.sandbox.requests()}
        self.assertEqual(agents, {"PythonTest/1.0"})

    def test_a_signed_url_with_headers(self) -> None:
        signed = self.client().sign([self.derivative()])[0]
        assert isinstance(signed, apsfetch.Signed) and signed.url and signed.cookie_header
        host = apsfetch.Client(proxy="")
        self.addCleanup(host.close)
        target = self.folder / "a.png"
        result = host.download_url(signed.url, target, headers={"Cookie": signed.cookie_header})
        self.assertEqual(result.bytes, signed.size)
        sha1 = hashlib.sha1(target.read_bytes()).hexdigest()
        result = host.download_url(signed.url, target, headers={"Cookie": signed.cookie_header}, sha1=sha1)
        self.assertEqual(result.verification, apsfetch.Verification.SHA1)
        with self.assertRaises(apsfetch.ApsError) as caught:
            host.download_url(signed.url, target)
        self.assertNotIn("CloudFront-Signature", str(caught.exception))

    def test_into_memory(self) -> None:
        client = self.client()
        self.assertEqual(client.read_object(BUCKET, "notes.txt"), b"A text, for the eye.\n")
        self.assertEqual(client.read_object(BUCKET, "empty.bin"), b"")
        derivative = self.derivative()
        result = client.fetch(apsfetch.Derivative(derivative.urn, derivative.derivative_urn, memory=1 << 20))
        assert result.data is not None
        self.assertEqual((result.path, len(result.data)), (None, result.bytes))
        self.assertTrue(result.data.startswith(b"\x89PNG"))

    def test_a_path_in_utf16(self) -> None:
        # What is used on Windows works everywhere.
        native = _library.library()
        request = _library.Handle(native, _functions.REQUEST)
        self.addCleanup(request.close)
        native.call("apsfetch_request_new_object", b"bucket", b"key", request.out)
        path = _library.utf16(str(self.folder / "Grüße 😀.bin"))
        self.assertEqual(path[len(path) - 1], 0)
        native.call("apsfetch_request_set_path_utf16", request.pointer, path)

    def test_options(self) -> None:
        client = self.client(part_size=1 << 20, max_connections=4)
        target = self.folder / "a.bin"
        target.write_bytes(b"old")
        kept = client.fetch(apsfetch.Object(BUCKET, "odd.bin", target, existing_file=apsfetch.ExistingFile.KEEP))
        self.assertEqual((kept.status, target.read_bytes()), (apsfetch.ItemStatus.KEPT, b"old"))
        with self.assertRaises(apsfetch.TargetExistsError):
            client.fetch(apsfetch.Object(BUCKET, "odd.bin", target, existing_file=apsfetch.ExistingFile.FAIL))
        first = client.fetch(
            apsfetch.Object(
                BUCKET,
                "odd.bin",
                target,
                size=12345,
                signing=apsfetch.Signing.SIGNED_S3_DOWNLOAD,
                minutes_expiration=5,
                response_content_type="text/x-test",
                response_content_disposition="attachment",
                response_cache_control="no-store",
                use_cdn=True,
                public_resource_fallback=True,
            )
        )
        self.assertEqual((first.bytes, first.content_type), (12345, "text/x-test"))
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        for item in (
            apsfetch.Object(BUCKET, "odd.bin", target, if_none_match=first.etag),
            apsfetch.Object(BUCKET, "odd.bin", target, if_modified_since=later),
        ):
            self.assertEqual(client.fetch(item).status, apsfetch.ItemStatus.NOT_MODIFIED)
        with self.assertRaises(apsfetch.ChangedError):
            client.fetch(apsfetch.Object(BUCKET, "odd.bin", target, size=1))
        once = apsfetch.Object(BUCKET, "odd.bin", target, signing=apsfetch.Signing.SIGNED_URL, single_use=True)
        writer = self.client(access_token=self.sandbox.token("data:read data:write"))
        self.assertEqual(writer.fetch(once).bytes, 12345)
        derivative = self.derivative()
        direct = apsfetch.Derivative(derivative.urn, derivative.derivative_urn, target, direct_download=True)
        self.assertGreater(client.fetch(direct).bytes, 0)

    def test_a_derivative_that_is_there_already(self) -> None:
        client, found, target = self.client(), self.derivative(), self.folder / "a.png"
        first = client.download_derivative(found.urn, found.derivative_urn, target)
        assert first.etag is not None
        there = (first.etag, first.bytes)
        again = apsfetch.Derivative(found.urn, found.derivative_urn, target, skip_if_etag=there)
        self.assertEqual(client.fetch(again).status, apsfetch.ItemStatus.NOT_MODIFIED)
        target.unlink()
        self.assertEqual(client.fetch(again).status, apsfetch.ItemStatus.DOWNLOADED)


class SeveralFiles(SandboxTest):
    def test_one_failed_item_does_not_spoil_the_others(self) -> None:
        folder = self.folder / "new" / "folder"
        signed = self.client().sign([apsfetch.Object(BUCKET, "a+b.bin")])[0]
        assert isinstance(signed, apsfetch.Signed) and signed.url
        results = self.client().download(
            [
                apsfetch.Object(BUCKET, "folder/sub folder/nested.bin"),
                apsfetch.Object(BUCKET, "no such object"),
                self.derivative(),
                apsfetch.Url(signed.url, "renamed.bin"),
                apsfetch.Object(BUCKET, "one.bin", memory=1),
            ],
            folder,
        )
        names = [None if isinstance(result, apsfetch.ApsError) else result.path for result in results]
        expected = ["nested.bin", None, "house 400x400.png", "renamed.bin", None]
        self.assertEqual(names, [name and folder / name for name in expected])
        self.assertIsInstance(results[1], apsfetch.RefusedError)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), sorted(filter(None, expected)))

    def test_what_concerns_all_items_is_raised(self) -> None:
        client = self.client()
        twice = apsfetch.Object(BUCKET, "odd.bin")
        with self.assertRaises(apsfetch.InvalidArgumentError):
            client.download([twice, twice], self.folder)
        with self.assertRaisesRegex(apsfetch.InvalidArgumentError, "str"):
            client.download(["odd.bin"], self.folder)  # type: ignore[list-item]
        with self.assertRaises(apsfetch.InvalidArgumentError):
            client.fetch(apsfetch.Object(BUCKET, "odd.bin"))
        with self.assertRaisesRegex(apsfetch.InvalidArgumentError, "both"):
            client.fetch(apsfetch.Object(BUCKET, "odd.bin", "a", memory=1))
        with self.assertRaisesRegex(apsfetch.InvalidArgumentError, "time zone"):
            client.fetch(apsfetch.Object(BUCKET, "odd.bin", "a", if_modified_since=datetime.datetime.now()))
        self.assertEqual(self.sandbox.requests(), [])

    def test_no_items_are_no_work(self) -> None:
        self.assertEqual(self.client().download([], self.folder), [])
        self.assertEqual(self.client().sign([]), [])

    def test_threads_share_a_client(self) -> None:
        client = self.client()
        sizes: list[int] = []

        def work(number: int) -> None:
            sizes.append(client.download_object(BUCKET, "odd.bin", self.folder / f"{number}.bin").bytes)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sizes, [12345] * 8)

    def test_signing_gives_everything_to_fetch_the_file(self) -> None:
        items: list[apsfetch.Item] = [
            apsfetch.Object(BUCKET, "unmerged.bin"),
            apsfetch.Object(BUCKET, "none"),
            self.derivative(),
            apsfetch.Derivative("dXJuOm5vbmU", "urn:none/output/none.obj"),
        ]
        chunked, missing, derivative, failed = self.client().sign(items)
        assert isinstance(chunked, apsfetch.Signed) and isinstance(missing, apsfetch.Signed)
        assert isinstance(derivative, apsfetch.Signed)
        self.assertEqual((chunked.status, chunked.url), (apsfetch.SignedStatus.CHUNKED, None))
        ends = [0] + [chunk.end for chunk in chunked.chunks]
        self.assertEqual([chunk.start for chunk in chunked.chunks], ends[:-1])
        self.assertEqual(ends[-1], chunked.size)
        self.assertEqual(missing.status, apsfetch.SignedStatus.ERROR)
        self.assertIsNotNone(missing.reason)
        self.assertEqual(derivative.status, apsfetch.SignedStatus.COMPLETE)
        self.assertEqual(len(derivative.cookies), 3)
        self.assertEqual(
            derivative.cookie_header, "; ".join(f"{name}={value}" for name, value in derivative.cookies.items())
        )
        assert derivative.expires_at is not None
        self.assertGreater(derivative.expires_at, datetime.datetime.now(datetime.timezone.utc))
        self.assertIsInstance(failed, apsfetch.NotFoundError)
        for secret in (chunked.chunks[0].url, *derivative.cookies.values()):
            self.assertNotIn(secret, repr([chunked, derivative]))


class Names(unittest.TestCase):
    def test_a_file_has_the_last_part_of_the_items_name(self) -> None:
        names: tuple[tuple[_requests.Item, str], ...] = (
            (apsfetch.Object("b", "models/a b+c.rvt"), "a b+c.rvt"),
            (apsfetch.Object("b", "50%2Foff.bin"), "50%2Foff.bin"),
            (apsfetch.Derivative("u", "urn:x:y/output/ifc/B%C3%BCro%20{S}.ifc"), "Büro {S}.ifc"),
            (apsfetch.Url("https://host/folder/model%20a.rvt?X-Amz-Signature=s/e"), "model a.rvt"),
        )
        for item, name in names:
            with self.subTest(name):
                self.assertEqual(_requests.file_name_of(item), name)

    def test_no_name_leaves_the_folder_or_is_a_device(self) -> None:
        for key, name in (
            ("..", "__"),
            ("a/..", "__"),
            (".", "_"),
            ("a/", "_"),
            ("..\\..\\evil.dll", ".._.._evil.dll"),
            ("C:evil", "C_evil"),
            ("a/NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("stream:$DATA", "stream_$DATA"),
            ("line\nbreak", "line_break"),
            ("dots...", "dots___"),
        ):
            with self.subTest(key):
                self.assertEqual(_requests.file_name_of(apsfetch.Object("b", key)), name)
        self.assertEqual(_requests.file_name_of(apsfetch.Url("https://host/%2e%2e%2fetc%2fpasswd")), "passwd")
        with self.assertRaises(apsfetch.InvalidArgumentError):
            _requests.file_name_of(apsfetch.Object("b", "ü" * 101))

    def test_no_secret_is_shown(self) -> None:
        item = apsfetch.Url("https://host/a?Signature=secret", headers={"Cookie": "secret"})
        self.assertNotIn("secret", repr(item))
        hash(item)


if __name__ == "__main__":
    unittest.main()
