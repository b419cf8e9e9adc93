"""Each status is an exception that says what, where and whose fault."""

import os
import pickle
import unittest
from pathlib import Path
from typing import Any

import apsfetch
from apsfetch import _errors

from .sandbox import BUCKET, SandboxTest


class Classes(unittest.TestCase):
    def test_every_failure_has_a_class_of_its_own(self) -> None:
        failures = {status for status in apsfetch.Status if status < 0}
        self.assertEqual(failures, set(_errors.CLASSES))
        self.assertEqual(len(set(_errors.CLASSES.values())), len(failures))
        for status, kind in _errors.CLASSES.items():
            self.assertIs(getattr(apsfetch, kind.__name__), kind)
            self.assertEqual(kind("text").status, status)

    def test_a_status_of_a_later_library_is_an_error_too(self) -> None:
        self.assertIs(_errors.class_of(-999), apsfetch.ApsError)
        error = apsfetch.ApsError("text", status=-999)
        self.assertEqual(error.status, -999)
        self.assertEqual(str(error.status), "UNKNOWN_MINUS_999")

    def test_an_error_survives_pickling(self) -> None:
        error = apsfetch.RateLimitedError("slow down", http_status=429, request_id="r-1", retry_after=1.5)
        copy = pickle.loads(pickle.dumps(error))
        self.assertIs(type(copy), apsfetch.RateLimitedError)
        self.assertEqual((str(copy), vars(copy)), (str(error), vars(error)))


class Arguments(unittest.TestCase):
    def refused(self, **options: Any) -> str:
        with self.assertRaises(apsfetch.InvalidArgumentError) as caught:
            apsfetch.Client(**options)
        self.assertEqual(caught.exception.status, apsfetch.Status.E_INVALID_ARGUMENT)
        return str(caught.exception)

    def test_numbers_are_not_cut_to_what_fits(self) -> None:
        cases: tuple[dict[str, Any], ...] = (
            {"max_connections": 0},
            {"max_connections": 1 << 32},
            {"part_size": -1},
            {"part_size": 1 << 64},
            {"max_connections": 1.5},
            {"bandwidth_limit": 1023},
            {"bandwidth_limit": 1 << 64},
            {"stall_timeout": -1},
            {"retry_timeout": -1},
            {"stall_timeout": float("nan")},
            {"connect_timeout": float("inf")},
            {"reply_timeout": 1e9},
        )
        for options in cases:
            with self.subTest(**options):
                self.refused(**options)

    def test_texts_are_not_cut_at_a_nul(self) -> None:
        cases: tuple[dict[str, Any], ...] = ({"region": "US\0"}, {"region": 5}, {"region": "\ud800"}, {"ca_file": "a\0b"})
        for options in cases:
            with self.subTest(options=options):
                self.refused(**options)

    def test_a_bad_token_is_not_shown(self) -> None:
        self.assertNotIn("secret", self.refused(access_token="secret\0token"))
        self.assertNotIn("secret", self.refused(access_token="secret token"))

    def test_there_is_one_way_to_get_tokens(self) -> None:
        self.refused(access_token="t", token_provider=lambda: "t")
        self.refused(access_token="t", client_id="i", client_secret="s")
        self.refused(client_id="i", client_secret="s", refresh_token="r")
        self.refused(refresh_token="r")
        self.refused(client_id="i")
        self.refused(client_secret="s")

    def test_a_timeout_of_less_than_a_millisecond_is_not_none(self) -> None:
        apsfetch.Client(stall_timeout=0.0001).close()
        apsfetch.Client(retry_timeout=0.5).close()

    def test_a_closed_client_says_so(self) -> None:
        client = apsfetch.Client(access_token="t")
        client.close()
        client.close()
        self.assertIn("closed", repr(client))
        with self.assertRaisesRegex(apsfetch.InvalidHandleError, "client is closed"):
            client.read_object("bucket", "key")


class FromTheServer(SandboxTest):
    def failure(self, kind: type[apsfetch.ApsError], item: apsfetch.Item, **options: Any) -> apsfetch.ApsError:
        with self.assertRaises(kind) as caught:
            self.client(**options).fetch(item)
        self.assertIs(type(caught.exception), kind)
        return caught.exception

    def test_a_wrong_token(self) -> None:
        error = self.failure(apsfetch.AuthError, apsfetch.Object(BUCKET, "odd.bin", memory=1 << 20), access_token="x")
        self.assertEqual((error.status, error.http_status), (apsfetch.Status.E_AUTH, 401))

    def test_a_missing_scope(self) -> None:
        token = self.sandbox.token("bucket:read")
        error = self.failure(
            apsfetch.ForbiddenError, apsfetch.Object(BUCKET, "odd.bin", memory=1 << 20), access_token=token
        )
        self.assertEqual(error.http_status, 403)

    def test_a_missing_design_and_a_missing_object(self) -> None:
        missing = apsfetch.Derivative("dXJuOm5vbmU", "urn:none/output/none.obj", memory=1)
        error = self.failure(apsfetch.NotFoundError, missing)
        self.assertEqual(error.http_status, 404)
        error = self.failure(apsfetch.RefusedError, apsfetch.Object(BUCKET, "no such object", memory=1))
        self.assertIn("no such object", str(error))

    def test_a_service_that_asks_to_wait_too_long(self) -> None:
        self.sandbox.fault(
            "status",
            match={"endpoint": "batchsigneds3download"},
            status=429,
            headers={"Retry-After": "3600", "x-ads-request-id": "request-1"},
        )
        error = self.failure(apsfetch.RateLimitedError, apsfetch.Object(BUCKET, "odd.bin", memory=1 << 20))
        self.assertEqual((error.http_status, error.retry_after, error.request_id), (429, 3600.0, "request-1"))

    def test_a_file_that_cannot_be_made(self) -> None:
        target = self.folder / "no such folder" / "a.bin"
        error = self.failure(apsfetch.FileError, apsfetch.Object(BUCKET, "odd.bin", target))
        self.assertIsNotNone(error.os_code)
        self.assertIn("no such folder", str(error))

    def test_a_name_that_no_file_can_have_is_said_before_the_download(self) -> None:
        self.sandbox.control("requests", method="DELETE")
        error = self.failure(apsfetch.FileError, apsfetch.Object(BUCKET, "odd.bin", self.folder / ("x" * 300)))
        self.assertIn("x" * 300, str(error))
        if os.name != "nt":
            self.assertNotIn("s3", [request["origin"] for request in self.sandbox.requests()])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_wrong_sha1(self) -> None:
        target = self.folder / "a.bin"
        self.failure(apsfetch.IntegrityError, apsfetch.Object(BUCKET, "odd.bin", target, sha1="0" * 40))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_more_bytes_than_the_memory_may_have(self) -> None:
        with self.assertRaises(apsfetch.ApsError) as caught:
            self.client().read_object(BUCKET, "odd.bin", max_bytes=12344)
        self.assertIn("12344", str(caught.exception).replace(",", ""))


class Tls(SandboxTest):
    options = ["--tls"]

    def test_an_unknown_authority_is_refused_and_a_given_one_is_taken(self) -> None:
        with self.assertRaises(apsfetch.TlsError):
            self.client().read_object(BUCKET, "one.bin")
        ca_file = Path(self.sandbox.info["ca_file"])
        self.assertEqual(len(self.client(ca_file=ca_file).read_object(BUCKET, "one.bin")), 1)


if __name__ == "__main__":
    unittest.main()
