"""The command line says what it did in words or JSON, shows progress on a terminal only, and ends with 0 or not."""

import json
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any, Optional

import apsfetch
from apsfetch import _bar

from .sandbox import BUCKET, ENVIRONMENT_VARIABLE, SandboxTest


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "apsfetch", *arguments]


class CommandLine(SandboxTest):
    options = ["--auto-login", "allow"]

    def environment(self, **changes: Optional[str]) -> dict[str, str]:
        values: dict[str, Optional[str]] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("APS_")},
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONIOENCODING": "utf-8",
            "APS_BASE_URL": self.sandbox.info["api"],
            "APS_CLIENT_ID": self.sandbox.info["client_id"],
            "APS_CLIENT_SECRET": self.sandbox.info["client_secret"],
            "NO_PROXY": "*",
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    def run_it(self, *arguments: str, code: int = 0, **changes: Optional[str]) -> tuple[str, str]:
        ended = subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        output, errors = ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8")
        self.assertEqual(ended.returncode, code, errors)
        self.assertNotIn(self.sandbox.info["client_secret"], output + errors)
        return output, errors

    def run_json(self, *arguments: str, code: int = 0, **changes: Optional[str]) -> Any:
        output, errors = self.run_it(*arguments, "--json", code=code, **changes)
        self.assertEqual(errors, "")
        return json.loads(output)

    def test_an_object(self) -> None:
        output, errors = self.run_it("get", "object", BUCKET, "odd.bin")
        self.assertIn("12.1 KiB", output)
        # No terminal, no bar.
        self.assertEqual(errors, "")
        self.assertEqual((self.folder / "odd.bin").stat().st_size, 12345)
        result = self.run_json("get", "object", BUCKET, "notes.txt", "-o", "renamed.txt")
        self.assertEqual((result["status"], result["bytes"]), ("downloaded", 21))
        self.assertEqual(Path(result["path"]), (self.folder / "renamed.txt").resolve())

    def test_a_failure(self) -> None:
        output, errors = self.run_it("get", "object", BUCKET, "none", code=1)
        self.assertEqual(output, "")
        self.assertTrue(errors.startswith("error: "))
        error = self.run_json("ls", "no-such-bucket", code=1)["error"]
        self.assertEqual((error["status"], error["http_status"]), ("not_found", 404))
        self.run_it("get", "object", BUCKET, "odd.bin", "surplus", code=2)

    def test_errors_are_json_where_json_is_asked_for(self) -> None:
        for arguments in (("get", "object", BUCKET), ("nonsense",), ("ls", BUCKET, "prefix", "surplus")):
            error = self.run_json(*arguments, code=2)["error"]
            self.assertEqual(error["status"], "invalid_argument")
            self.assertIn("apsfetch", error["message"])
        (self.folder / "file").touch()
        error = self.run_json("get", "bucket", BUCKET, "-o", "file/folder", code=1)["error"]
        self.assertTrue(error["message"])
        error = self.run_json("get", "object", BUCKET, "odd.bin", code=1, APS_CLIENT_ID=None)["error"]
        self.assertEqual(error["status"], "invalid_argument")
        error = self.run_json("ls", BUCKET, code=1, APS_CLIENT_SECRET=None)["error"]
        self.assertIn("APS_CLIENT_SECRET is not set", error["message"])

    def test_a_derivative_and_a_whole_design(self) -> None:
        found = self.derivative()
        self.run_it("get", "derivative", found.urn, found.derivative_urn)
        self.assertTrue((self.folder / "house 400x400.png").is_file())
        output, _ = self.run_it("get", "design", found.urn, "--mime", "image/png", "-o", "design")
        self.assertIn("downloaded", output)
        outcome = self.run_json("get", "design", found.urn, "--mime", "image/png", "-o", "design")
        self.assertEqual([file["status"] for file in outcome["files"]], ["unchanged"])

    def test_a_prefix_of_a_bucket(self) -> None:
        self.sandbox.add_object("cli/a.bin", 10)
        self.sandbox.add_object("cli/lost.bin", 10)
        self.sandbox.fault("status", match={"origin": "s3", "path_contains": "lost"}, status=404)
        arguments = ("get", "bucket", BUCKET, "--prefix", "cli/", "--strip-prefix")
        outcome = self.run_json(*arguments, code=1)
        self.assertEqual([file["status"] for file in outcome["files"]], ["downloaded", "failed"])
        self.assertEqual(outcome["files"][1]["error"]["http_status"], 404)
        self.assertEqual((self.folder / "a.bin").stat().st_size, 10)
        _, errors = self.run_it("get", "bucket", BUCKET, "--prefix", "clj/")
        self.assertIn("nothing to download", errors)

    def test_listing(self) -> None:
        output, _ = self.run_it("ls", BUCKET, "odd")
        self.assertEqual(output.split(), ["12345", "odd.bin"])
        objects = self.run_json("ls", BUCKET)["objects"]
        self.assertIn("Grüße/日本語.bin", [found["key"] for found in objects])
        # A pipe's encoding is whatever the system says, and JSON's is UTF-8.
        self.assertTrue(self.run_it("ls", BUCKET, "--json")[0].isascii())

    def test_a_manifest(self) -> None:
        urn = self.derivative().urn
        output, _ = self.run_it("manifest", urn, "--wait")
        self.assertTrue(output.startswith("success"))
        self.assertIn("house.obj", output)
        self.assertEqual(self.run_json("manifest", urn)["urn"], urn)

    def test_tokens(self) -> None:
        token = self.run_it("token", "--scopes", "data:read")[0].strip()
        with self.client(access_token=token) as client:
            self.assertEqual(client.read_object(BUCKET, "notes.txt"), b"A text, for the eye.\n")
        answer = self.run_json("token")
        self.assertGreater(answer["expires_in"], 0)
        self.assertEqual(answer["token_type"], "Bearer")
        output, _ = self.run_it("ls", BUCKET, "odd", APS_ACCESS_TOKEN=token, APS_CLIENT_SECRET=None)
        self.assertIn("odd.bin", output)
        error = self.run_json("token", code=1, APS_CLIENT_ID="somebody else")["error"]
        self.assertEqual(error["status"], "auth")
        self.run_it("token", code=1, APS_CLIENT_SECRET=None)
        _, errors = self.run_it("token", code=1, APS_BASE_URL="http://example.invalid")
        self.assertIn("https", errors)

    def test_the_token_service_cannot_send_the_secret_elsewhere(self) -> None:
        elsewhere = self.sandbox.info["s3"]
        self.sandbox.fault("redirect", match={"endpoint": "token"}, to=f"{elsewhere}/secret", status=302)
        self.run_it("token", code=1)
        # It may ask again, as after any reply that makes no sense; but nobody else.
        self.assertEqual({seen["endpoint"] for seen in self.sandbox.requests()}, {"token"})

    @unittest.skipIf(sys.platform == "win32", "there are no such terminals here")
    def test_a_terminal_gets_a_bar(self) -> None:
        import pty

        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as terminal:
            process = subprocess.Popen(
                command("get", "object", BUCKET, "medium.bin"),
                cwd=self.folder,
                env=self.environment(COLUMNS="100"),
                stdout=subprocess.DEVNULL,
                stderr=theirs,
            )
            os.close(theirs)
            seen = b""
            try:
                while part := terminal.read(65536):
                    seen += part
            except OSError:
                # How Linux says that nobody has the other end any more.
                pass
            self.assertEqual(process.wait(60), 0)
        self.assertIn(b"\r[####", seen)
        self.assertIn(b"100%", seen)
        self.assertTrue(seen.endswith(b"\r"))

    @unittest.skipIf(sys.platform == "win32", "a signal cannot be sent to one process of a console")
    def test_ctrl_c(self) -> None:
        key = self.hanging_object()
        process = subprocess.Popen(
            command("get", "object", BUCKET, key, "-o", "a"),
            cwd=self.folder,
            env=self.environment(),
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.kill)
        while not any("hang" in seen["target"] and seen["endpoint"] == "s3" for seen in self.sandbox.requests()):
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors.count(b"\n")), (130, 1), errors)
        self.assertIn(b"Interrupted", errors)

    @unittest.skipIf(sys.platform == "win32", "a signal cannot be sent to one process of a console")
    def test_the_sandbox(self) -> None:
        process = subprocess.Popen(
            command("sandbox", "--json", "--no-samples"), env=self.environment(), stdout=subprocess.PIPE
        )
        self.addCleanup(process.kill)
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        self.assertEqual(info["designs"], [])
        with apsfetch.Client(
            base_url=info["api"], client_id=info["client_id"], client_secret=info["client_secret"], proxy=""
        ) as client:
            with self.assertRaises(apsfetch.NotFoundError):
                client.list_objects("bucket")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_a_sandbox_that_is_not_there(self) -> None:
        changes = {ENVIRONMENT_VARIABLE: str(self.folder / "none")}
        self.assertIn("none", self.run_json("sandbox", code=1, **changes)["error"]["message"])


class Texts(unittest.TestCase):
    def progress(self, **changes: Any) -> apsfetch.Progress:
        values: dict[str, Any] = {name: 0 for name in apsfetch.Progress.__dataclass_fields__}
        values.update(state=apsfetch.JobState.RUNNING, items_total=1)
        values.update(changes)
        return apsfetch.Progress(**values)

    def test_the_bar(self) -> None:
        half = self.progress(items_sized=1, bytes_done=1 << 20, bytes_total=2 << 20)
        self.assertEqual(
            _bar.bar_text(half, 1 << 18), f"[{'#' * 14}{'-' * 14}]  50%  1.0 MiB of 2.0 MiB  256.0 KiB/s  0:04"
        )
        self.assertNotIn("%", _bar.bar_text(self.progress(bytes_done=5), 0))
        waiting = self.progress(state=apsfetch.JobState.WAITING_FOR_TOKEN)
        self.assertEqual(_bar.bar_text(waiting, 0), "waiting for an access token")

    def test_a_name_cannot_command_the_terminal(self) -> None:
        self.assertEqual(_bar.shown("a\x1b[2Jb\rc\u202ed"), "a\ufffd[2Jb\ufffdc\ufffdd")


if __name__ == "__main__":
    unittest.main()
