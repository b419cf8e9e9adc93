"""What a Python programmer takes for granted, and tries by mistake."""

import copy
import gc
import inspect
import os
import pickle
import subprocess
import sys
import unittest
import warnings
from pathlib import Path
from typing import Any, Callable

import apsfetch

from .sandbox import BUCKET, SandboxTest

SOURCES = Path(apsfetch.__file__).parents[1]


class Manners(SandboxTest):
    def test_everything_public_says_what_it_is(self) -> None:
        for name in apsfetch.__all__:
            kind = getattr(apsfetch, name)
            if not inspect.isclass(kind):
                continue
            self.assertTrue(kind.__doc__, name)
            for member, value in inspect.getmembers(kind):
                is_ours = "apsfetch" in str(getattr(value, "__module__", "")) or isinstance(value, property)
                if not member.startswith("_") and is_ours and (callable(value) or isinstance(value, property)):
                    with self.subTest(f"{name}.{member}"):
                        self.assertTrue(inspect.getdoc(value))

    def test_what_waits_has_a_twin_for_asyncio(self) -> None:
        waiting = ["upload", "upload_object", "wait_for_manifest", "access_token", "manifest", "sign", "fetch", "download"]
        waiting += [f"{what}_{kind}" for what in ("download", "read") for kind in ("object", "derivative", "url")]
        for name in waiting:
            plain, twin = getattr(apsfetch.Client, name), getattr(apsfetch.Client, f"{name}_async")
            self.assertTrue(inspect.iscoroutinefunction(twin), name)
            self.assertEqual(inspect.signature(plain), inspect.signature(twin), name)

    def test_importing_it_takes_no_more_than_needed(self) -> None:
        # Few need these. asyncio alone was a third of the import.
        program = "import sys, apsfetch; sys.exit(' '.join({'asyncio', 'ssl', 'email.utils'} & set(sys.modules)) or 0)"
        # Without what this machine imports into every program.
        bare = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[str(SOURCES)]!r}; {program}"]
        ended = subprocess.run(bare, capture_output=True, text=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_bytes_in_memory(self) -> None:
        client = self.client(scopes="data:read viewables:read")
        content = client.read_object(BUCKET, "notes.txt")
        found = self.derivative()
        picture = client.read_derivative(found.urn, found.derivative_urn)
        self.assertEqual(picture[:4], b"\x89PNG")
        signed = client.sign([apsfetch.Object(BUCKET, "notes.txt")])[0]
        assert isinstance(signed, apsfetch.Signed) and signed.url is not None
        self.assertEqual(client.read_url(signed.url, sha1=signed.sha1), content)
        with self.assertRaises(apsfetch.ResourceError):
            client.read_url(signed.url, max_bytes=3)
        with self.assertRaises(apsfetch.IntegrityError):
            client.read_url(signed.url, sha1="0" * 40)

    def test_paths_of_every_kind(self) -> None:
        client = self.client()
        paths: list[Any] = [str(self.folder / "a"), self.folder / "b", os.fsencode(self.folder / "c")]
        for path in paths:
            self.assertEqual(client.download_object(BUCKET, "odd.bin", path).path, Path(os.fsdecode(path)).resolve())
        made = client.download(
            (apsfetch.Object(BUCKET, "odd.bin") for _ in range(1)), os.fsencode(self.folder / "new" / "folder")
        )
        assert isinstance(made[0], apsfetch.Result)
        self.assertEqual(made[0].path, (self.folder / "new" / "folder" / "odd.bin").resolve())
        self.assertEqual(client.download([], self.folder), [])

    def test_wrong_types_are_type_errors_and_errors_of_the_package(self) -> None:
        client: Any = self.client()
        wrong: dict[str, Callable[[], Any]] = {
            "bucket": lambda: client.download_object(None, "key", "path"),
            "path": lambda: client.download_object(BUCKET, "odd.bin", None),
            "item": lambda: client.download("abc", self.folder),
            "no list": lambda: client.download(apsfetch.Object(BUCKET, "odd.bin"), self.folder),
            "folder": lambda: client.download([], None),
            "max_connections": lambda: self.client(max_connections="4"),
            "connect_timeout": lambda: self.client(connect_timeout="4"),
            "access_token": lambda: self.client(token_provider=lambda: 5).read_object(BUCKET, "notes.txt"),
        }
        for name, call in wrong.items():
            with self.subTest(name):
                with self.assertRaises(apsfetch.ArgumentTypeError) as caught:
                    call()
                self.assertIsInstance(caught.exception, TypeError)
                self.assertEqual(caught.exception.status, apsfetch.Status.E_INVALID_ARGUMENT)
        self.assertEqual(self.sandbox.requests(), [])

    def test_results_and_errors_can_be_pickled_and_clients_say_why_not(self) -> None:
        client = self.client(scopes="data:read viewables:read")
        manifest = client.manifest(self.derivative().urn)
        signed = client.sign([apsfetch.Object(BUCKET, "odd.bin")])[0]
        result = client.fetch(apsfetch.Object(BUCKET, "odd.bin", memory=1 << 20))
        for value in (manifest, signed, result, client.object_details(BUCKET, "odd.bin")):
            self.assertEqual(pickle.loads(pickle.dumps(value)), value)
        with self.assertRaises(apsfetch.NotFoundError) as caught:
            client.object_details(BUCKET, "none")
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertIs(type(again), apsfetch.NotFoundError)
        for name in ("status", "http_status", "request_id", "retry_after", "os_code"):
            self.assertEqual(getattr(again, name), getattr(caught.exception, name))
        self.assertEqual(str(again), str(caught.exception))
        makers: list[Callable[[Any], Any]] = [pickle.dumps, copy.copy, copy.deepcopy]
        for make in makers:
            with self.assertRaisesRegex(TypeError, "cannot be pickled or copied"):
                make(client)

    def test_no_secret_is_shown(self) -> None:
        token = self.sandbox.token()
        client = self.client(access_token=token)
        given = client.access_token()
        self.assertEqual((given.token, given.expires_in), (token, None))
        for text in (repr(given), str(given), repr(client), repr(vars(client))):
            self.assertNotIn(token, text)

    def test_an_access_token_for_others(self) -> None:
        given = self.client().access_token()
        self.assertGreater(given.expires_in or 0, 60)
        self.assertEqual(self.client(access_token=given.token).read_object(BUCKET, "notes.txt")[:6], b"A text")
        provided = self.client(token_provider=lambda: "from the provider".replace(" ", "-"))
        self.assertEqual(provided.access_token().token, "from-the-provider")
        with apsfetch.Client(base_url=self.sandbox.info["api"], proxy="") as nobody:
            with self.assertRaises(apsfetch.AuthError):
                nobody.access_token()

    def test_a_closed_client(self) -> None:
        client = self.client()
        client.close()
        client.close()
        with self.assertRaises(apsfetch.InvalidHandleError):
            with client:
                pass
        calls: list[Callable[[], Any]] = [client.access_token, lambda: client.start([]), lambda: client.manifest("urn")]
        for call in calls:
            with self.assertRaisesRegex(apsfetch.InvalidHandleError, "closed"):
                call()
        self.assertIn("closed", repr(client))

    def test_a_client_that_nobody_closed_is_warned_of(self) -> None:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            client = self.sandbox.client()
            del client
            with self.sandbox.client():
                pass
            with self.assertRaises(apsfetch.InvalidArgumentError):
                self.sandbox.client(max_connections=0)
            gc.collect()
        self.assertEqual([warning.category for warning in seen], [ResourceWarning])
        self.assertIn("unclosed client", str(seen[0].message))

    def test_a_job_keeps_its_client(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            with self.sandbox.client().start([apsfetch.Object(BUCKET, "notes.txt", memory=100)]) as job:
                gc.collect()
                self.assertIsInstance(job.results()[0], apsfetch.Result)
            info = self.sandbox.info
            client = apsfetch.Client(base_url=info["api"], proxy="")
            login = client.login(info["public_client_id"], "data:read", callback_port=0)
            with login:
                del client
                gc.collect()
                self.assertFalse(login.wait(0))
            del job, login
            gc.collect()

    def test_a_wrong_option_of_a_client(self) -> None:
        wrong: Any = {"proxi": ""}
        with self.assertRaisesRegex(TypeError, r"^Client\.__init__\(\) got an unexpected .*'proxi'"):
            apsfetch.Client(**wrong)
        wrong = {"token_provider": "a token"}
        with self.assertRaisesRegex(apsfetch.ArgumentTypeError, "token_provider is of type str"):
            apsfetch.Client(**wrong)

        async def provide() -> str:
            return "a token"

        wrong = {"token_provider": provide}
        with self.assertRaisesRegex(apsfetch.ArgumentTypeError, "async function"):
            apsfetch.Client(**wrong)
        wrong = [("Cookie", "a=b")]
        with self.assertRaisesRegex(apsfetch.ArgumentTypeError, "headers are of type list"):
            self.client().read_url("https://localhost/", headers=wrong)

    def test_a_subclass(self) -> None:
        class Mine(apsfetch.Client):
            def __init__(self, bucket: str, **options: Any) -> None:
                super().__init__(**options)
                self.bucket = bucket

            def text(self, key: str) -> str:
                return self.read_object(self.bucket, key).decode()

        info = self.sandbox.info
        with Mine(BUCKET, base_url=info["api"], proxy="", access_token=self.sandbox.token()) as client:
            self.assertEqual(client.text("notes.txt"), "A text, for the eye.\n")


if __name__ == "__main__":
    unittest.main()
