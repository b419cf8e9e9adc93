"""The server of the tests: APS, its CDN and its S3 on loopback, in a process of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path
from typing import Any, Optional

import apsfetch

BUCKET = "apsfetch-sandbox-files"
ENVIRONMENT_VARIABLE = "APSFETCH_SANDBOX"

# The proxy of the environment is for the world outside.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Sandbox:
    """A running sandbox. It ends with the end of its input, so also when the tests die."""

    def __init__(self, *options: str) -> None:
        program = os.environ.get(ENVIRONMENT_VARIABLE)
        if not program:
            raise RuntimeError(f"{ENVIRONMENT_VARIABLE} is not set to the full path of apsfetch-sandbox")
        self._process = subprocess.Popen(
            [program, "--until-stdin-closes", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"{program} ended with {self._process.returncode} and said nothing")
        self.info: dict[str, Any] = json.loads(line)

    def stop(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def control(self, path: str, body: Any = None, method: Optional[str] = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.info['api']}/sandbox/{path}", data, method=method)
        with _opener.open(request, timeout=30) as reply:
            content = reply.read()
        return json.loads(content) if content else None

    def token(self, scopes: str = "data:read") -> str:
        return str(self.control("token", {"scopes": scopes})["access_token"])

    def add_object(self, key: str, size: int, **options: Any) -> None:
        content = {"synthetic": {"size": size, "seed": 1}}
        self.control("objects", {"bucket": BUCKET, "key": key, "content": content, **options})

    def fault(self, kind: str, *, match: dict[str, Any], **fields: Any) -> None:
        self.control("faults", {"match": match, "fault": {"kind": kind, **fields}})

    def requests(self) -> list[dict[str, Any]]:
        """What the servers were asked, except by the tests themselves."""
        found: list[dict[str, Any]] = self.control("requests")["requests"]
        return [request for request in found if request["endpoint"] != "control"]

    def client(self, **options: Any) -> apsfetch.Client:
        if not {"access_token", "client_id", "token_provider"} & options.keys():
            options.update(client_id=self.info["client_id"], client_secret=self.info["client_secret"])
        return apsfetch.Client(base_url=self.info["api"], proxy="", **options)


class SandboxTest(unittest.TestCase):
    """A test with a sandbox of its class, a folder of its own, and no fault left from another test."""

    options: list[str] = []
    sandbox: Sandbox

    @classmethod
    def setUpClass(cls) -> None:
        cls.sandbox = Sandbox(*cls.options)
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="apsfetch test "))
        self.addCleanup(shutil.rmtree, self.folder)
        if self.sandbox.info["ca_file"] is None:
            self.sandbox.control("faults", method="DELETE")
            self.sandbox.control("requests", method="DELETE")

    def client(self, **options: Any) -> apsfetch.Client:
        client = self.sandbox.client(**options)
        self.addCleanup(client.close)
        return client

    def hanging_object(self) -> str:
        """The key of an object whose data never comes."""
        key = f"hang {self.id()}.bin"
        self.sandbox.add_object(key, 1_000_000)
        self.sandbox.fault("hang", match={"origin": "s3", "path_contains": "hang"})
        return key

    def derivative(self, design: str = "house.rvt", ending: str = ".png") -> apsfetch.Derivative:
        for found in self.sandbox.info["designs"]:
            for derivative in found["derivatives"]:
                if found["name"] == design and derivative["urn"].endswith(ending):
                    return apsfetch.Derivative(found["urn"], derivative["urn"])
        raise LookupError(f"{design} {ending}")
