"""The command line: ``python -m apsfetch``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import enum
import json
import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from . import _sandbox
from ._arguments import parser
from ._bar import Bar, shown, size_text
from ._client import Client
from ._errors import ApsError, InvalidArgumentError, LibraryError
from ._manifest import Manifest, Node
from ._plans import FileStatus, FolderOutcome
from ._requests import Derivative, Item, Object, Url, file_name_of

_FAILED, _INTERRUPTED = 1, 130
_LOGIN_TIME = 600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command, and returns what the program is to end with: 0, 1 for a failure, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal has no letters for is no reason to fail.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:] if arguments is None else arguments
    understood = parser(as_json="--json" in arguments)
    options, rest = understood.parse_known_args(arguments)
    if rest and options.command != "sandbox":
        understood.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        if options.command == "sandbox":
            return _sandbox.run(rest, options.json)
        return _COMMANDS[options.command](options)
    except (ApsError, LibraryError) as error:
        _tell_error(error, options.json)
        return _FAILED
    except KeyboardInterrupt:
        interrupted = "Interrupted. The same command goes on where it was."
        if options.json:
            _print_json({"error": {"status": "interrupted", "message": interrupted}})
        else:
            print(interrupted, file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read it has enough. Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except OSError as error:
        # Such as a folder that cannot be made.
        _tell_error(error, options.json)
        return _FAILED


def _client(options: argparse.Namespace) -> Client:
    environment = os.environ.get
    access: dict[str, Any] = {"scopes": options.scopes}
    if environment("APS_ACCESS_TOKEN"):
        access["access_token"] = environment("APS_ACCESS_TOKEN")
    elif environment("APS_CLIENT_SECRET"):
        access.update(client_id=_client_id(), client_secret=environment("APS_CLIENT_SECRET"))
    elif getattr(options, "kind", None) != "url":
        half = "APS_CLIENT_SECRET is not set. " if environment("APS_CLIENT_ID") else ""
        raise InvalidArgumentError(f"{half}Set APS_CLIENT_ID and APS_CLIENT_SECRET, or APS_ACCESS_TOKEN.")
    return _open(options, **access)


def _open(options: argparse.Namespace, **access: Any) -> Client:
    environment = os.environ.get
    return Client(
        base_url=options.base_url or environment("APS_BASE_URL"),
        region=getattr(options, "region", None) or environment("APS_REGION"),
        ca_file=options.ca_file or environment("APS_CA_FILE"),
        proxy=options.proxy,
        **access,
    )


def _client_id() -> str:
    found = os.environ.get("APS_CLIENT_ID")
    if not found:
        raise InvalidArgumentError("APS_CLIENT_ID is not set.")
    return found


def _token(options: argparse.Namespace) -> int:
    if options.login:
        return _login(options)
    secret = os.environ.get("APS_CLIENT_SECRET")
    if not secret:
        raise InvalidArgumentError("APS_CLIENT_SECRET is not set. A user logs in with --login, which needs none.")
    with _open(options, client_id=_client_id(), client_secret=secret, scopes=options.scopes) as client:
        token = client.access_token()
    if options.json:
        # As the token service itself answers, so that what reads it needs to know APS only.
        expires_in = None if token.expires_in is None else int(token.expires_in)
        print(json.dumps({"access_token": token.token, "token_type": "Bearer", "expires_in": expires_in}))
    else:
        print(token.token)
    return 0


def _login(options: argparse.Namespace) -> int:
    with _open(options) as client:
        scopes = options.scopes or "data:read"
        with client.login(_client_id(), scopes, callback_port=options.port, timeout=_LOGIN_TIME) as login:
            print(f"Log in at {login.authorize_url}", file=sys.stderr, flush=True)
            if not options.no_browser:
                webbrowser.open(login.authorize_url)
            login.wait()
            answer = {"refresh_token": login.refresh_token, "scopes": login.scopes, "expires_in": login.expires_in}
    print(json.dumps(answer) if options.json else answer["refresh_token"])
    return 0


def _manifest(options: argparse.Namespace) -> int:
    with _client(options) as client:
        if options.wait is None:
            manifest = client.manifest(options.urn)
        else:
            line = Bar(sys.stderr, options.json)
            try:
                manifest = client.wait_for_manifest(
                    options.urn,
                    timeout=None if options.wait < 0 else options.wait,
                    on_progress=lambda manifest: line.say(_how_far(manifest)),
                )
            finally:
                line.clear()
    if options.json:
        # As APS sends it, so that what reads it needs to know APS only.
        print(json.dumps(json.loads(manifest.json)))
        return 0
    _print_words(0, manifest.status_text, manifest.progress, manifest.region)
    for derivative in manifest.derivatives:
        _print_node(derivative, 1)
    return 0


def _how_far(manifest: Manifest) -> str:
    return "  ".join(shown(word) for word in (manifest.status_text, manifest.progress) if word)


def _print_node(node: Node, depth: int) -> None:
    kind = node.output_type if depth == 1 else node.role or node.type
    _print_words(depth, kind, node.name, node.mime, node.status_text, node.urn)
    for message in node.messages:
        _print_words(depth + 1, message.type, message.code, message.text)
    for child in node.children:
        _print_node(child, depth + 1)


def _print_words(depth: int, *words: str | None) -> None:
    print("  " * depth + "  ".join(shown(word) for word in words if word))


def _ls(options: argparse.Namespace) -> int:
    with _client(options) as client:
        found = client.iter_objects(options.bucket, prefix=options.prefix)
        if options.json:
            _print_json({"objects": list(found)})
            return 0
        for info in found:
            print(f"{'?' if info.size is None else info.size:>14}  {shown(info.key or '')}")
    return 0


def _get(options: argparse.Namespace) -> int:
    with _client(options) as client:
        if options.kind == "design":
            filters = {"roles": options.roles, "mimes": options.mimes, "output_types": options.output_types}
            return _tell_outcome(
                options, lambda tell: client.download_design(options.urn, options.output, on_progress=tell, **filters)
            )
        if options.kind == "bucket":
            names = {"prefix": options.prefix, "strip_prefix": options.strip_prefix}
            return _tell_outcome(
                options,
                lambda tell: client.download_objects(options.bucket, options.output, on_progress=tell, **names),
            )
        item = _item(options)
        bar = Bar(sys.stderr, options.json)
        try:
            result = client.fetch(item, on_progress=bar.show)
        finally:
            bar.clear()
    if options.json:
        _print_json(result)
    else:
        print(f"{shown(str(result.path))}  {size_text(result.bytes)}  verified by {_word(result.verification)}")
    return 0


def _item(options: argparse.Namespace) -> Item:
    item: Item
    if options.kind == "object":
        item = Object(options.bucket, options.key)
    elif options.kind == "derivative":
        item = Derivative(options.urn, options.derivative_urn)
    else:
        url = sys.stdin.readline().strip() if options.url == "-" else options.url
        item = Url(url, sha1=options.sha1)
    return dataclasses.replace(item, path=options.output or file_name_of(item))


def _tell_outcome(options: argparse.Namespace, download: Callable[[Any], FolderOutcome]) -> int:
    bar = Bar(sys.stderr, options.json)
    try:
        outcome = download(bar.show)
    finally:
        bar.clear()
    if options.json:
        _print_json(outcome)
        return _FAILED if outcome.failed else 0
    for file in outcome.files:
        name = file.id if file.path is None else os.path.relpath(file.path, outcome.folder)
        amount = size_text(file.bytes) if file.status in (FileStatus.DOWNLOADED, FileStatus.UNCHANGED) else ""
        why = file.reason or file.error or ""
        print(f"{_word(file.status):<10}  {amount:>10}  {shown(name)}  {shown(str(why))}".rstrip())
    if not outcome.files:
        print("nothing to download: no file has such a name or kind", file=sys.stderr)
    return _FAILED if outcome.failed else 0


def _tell_error(error: Exception, as_json: bool) -> None:
    if as_json:
        _print_json({"error": error})
    else:
        print(f"error: {error}", file=sys.stderr)


def _word(number: enum.IntEnum) -> str:
    return number.name.lower()


def _print_json(value: object) -> None:
    print(json.dumps(_plain(value)))


def _plain(value: Any) -> Any:
    """Values of the package as JSON has them. Fields that ``repr`` hides stay hidden."""
    if isinstance(value, enum.IntEnum):
        return _word(value)
    if isinstance(value, ApsError):
        names = ("http_status", "os_code", "request_id", "retry_after")
        details = {name: getattr(value, name) for name in names}
        return {"status": _word(value.status)[len("e_") :], "message": str(value), **details}
    if isinstance(value, Exception):
        return {"status": None, "message": str(value)}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "token": _token,
    "manifest": _manifest,
    "ls": _ls,
    "get": _get,
}
