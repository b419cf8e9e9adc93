"""Downloads an object and a derivative from the sandbox, which needs no account and no network.

Build both first, then run this: cargo build && cargo build -p apsfetch-sandbox
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[3]
built = Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "debug"
sys.path.insert(0, str(root / "bindings/python/src"))
library = {"win32": "apsfetch.dll", "darwin": "libapsfetch.dylib"}.get(sys.platform, "libapsfetch.so")
os.environ.setdefault("APSFETCH_LIBRARY", str(built / library))
program = os.environ.get("APSFETCH_SANDBOX", str(built / "apsfetch-sandbox"))

import apsfetch  # noqa: E402

with (
    subprocess.Popen([program, "--until-stdin-closes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sandbox,
    tempfile.TemporaryDirectory() as folder,
):
    info = json.loads(sandbox.stdout.readline())
    design = info["designs"][0]
    with apsfetch.Client(
        client_id=info["client_id"], client_secret=info["client_secret"], base_url=info["api"], proxy=""
    ) as client:
        results = client.download(
            [
                apsfetch.Object("apsfetch-sandbox-files", "medium.bin"),
                apsfetch.Derivative(design["urn"], design["derivatives"][0]["urn"]),
            ],
            folder,
            on_progress=print,
        )
        for result in results:
            print(result)
    sandbox.stdin.close()
