"""``python -m apsfetch sandbox``: APS on this computer, for tests without an account."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ._errors import LibraryError

#: Names the full path of the sandbox program.
ENVIRONMENT_VARIABLE = "APSFETCH_SANDBOX"

_PATIENCE = 10.0


def program() -> str:
    """The sandbox program: what the environment says, beside the package, or on the path."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return named
    name = "apsfetch-sandbox.exe" if sys.platform == "win32" else "apsfetch-sandbox"
    beside = Path(os.path.abspath(os.path.dirname(__file__))) / name
    if beside.is_file():
        return str(beside)
    found = shutil.which("apsfetch-sandbox")
    if found is None:
        raise LibraryError(
            f"There is no {name} beside the package or on the path. Build it with "
            f"'cargo build --release -p apsfetch-sandbox' and set {ENVIRONMENT_VARIABLE} to its full path."
        )
    return found


def run(options: Sequence[str], as_json: bool) -> int:
    """Runs the sandbox until Ctrl-C. It ends with the end of its input, so also when this program is killed."""
    found = program()
    try:
        sandbox = subprocess.Popen(
            [found, "--until-stdin-closes", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        # On Windows the error itself does not say what was to be started.
        raise LibraryError(f"The sandbox {found} could not be started: {error}") from error
    assert sandbox.stdin is not None and sandbox.stdout is not None
    try:
        line = sandbox.stdout.readline().decode()
        if line:
            print(line.rstrip() if as_json else _text(json.loads(line)), flush=True)
        return sandbox.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        sandbox.stdin.close()
        try:
            sandbox.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            sandbox.kill()
            sandbox.wait()
        sandbox.stdout.close()


def _text(info: dict[str, object]) -> str:
    word = "set" if sys.platform == "win32" else "export"
    lines = [
        f"{word} APS_BASE_URL={info['api']}",
        f"{word} APS_CLIENT_ID={info['client_id']}",
        f"{word} APS_CLIENT_SECRET={info['client_secret']}",
    ]
    if info["ca_file"] is not None:
        lines.append(f"Add --ca-file {info['ca_file']}")
    return "\n".join([*lines, "Ctrl-C ends the sandbox."])
