"""What the command line understands."""

from __future__ import annotations

import argparse
import json
from typing import NoReturn

from ._client import library_version
from ._errors import LibraryError

_EPILOG = """\
APS_CLIENT_ID and APS_CLIENT_SECRET, or APS_ACCESS_TOKEN, say who asks; APS_BASE_URL, APS_REGION and APS_CA_FILE
where. Secrets are taken from the environment only: other programs can see the arguments of a program.
"""


class _Version(argparse.Action):
    """Loads the library only when its version is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        try:
            print(f"apsfetch {library_version()}")
        except LibraryError as error:
            parser.error(str(error))
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Ends the program with 2 for an argument it does not understand; in JSON, if that is what is read."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        if self.as_json:
            error = {"status": "invalid_argument", "message": f"{self.prog}: {message}"}
            print(json.dumps({"error": error}))
            self.exit(2)
        super().error(message)


def parser(as_json: bool = False) -> argparse.ArgumentParser:
    """Every command, with its own help."""
    kind = type("_Parser", (_Parser,), {"as_json": as_json})
    top: argparse.ArgumentParser = kind(
        prog="python -m apsfetch", description="Gets files out of Autodesk Platform Services (APS).", epilog=_EPILOG
    )
    top.add_argument("--version", action=_Version, nargs=0, help="the version of the library")
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--json", action="store_true", help="JSON on standard output, and no progress bar")
    where = argparse.ArgumentParser(add_help=False, parents=[output])
    where.add_argument("--base-url", metavar="URL", help="where APS is, such as a sandbox (APS_BASE_URL)")
    where.add_argument("--ca-file", metavar="FILE", help="certificates to trust beside the system's (APS_CA_FILE)")
    where.add_argument("--proxy", metavar="URL", help='"" for none, whatever the environment says')
    where.add_argument("--scopes", help='what an own token is for, "data:read" by default')
    region = argparse.ArgumentParser(add_help=False, parents=[where])
    region.add_argument("--region", help="US, EMEA, AUS, ... (APS_REGION)")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    token = commands.add_parser("token", parents=[where], help="print an access token, or log in")
    token.add_argument("--login", action="store_true", help="log in by the browser; print the refresh token")
    token.add_argument("--port", type=int, default=8080, help="of http://127.0.0.1:PORT/callback; 8080 by default")
    token.add_argument("--no-browser", action="store_true", help="print the address of the login page only")

    manifest = commands.add_parser("manifest", parents=[region], help="what a design was translated to")
    manifest.add_argument("urn", help="in base64 or plain")
    manifest.add_argument(
        "--wait", metavar="SECONDS", nargs="?", type=float, const=-1.0, help="until the translation is over"
    )

    ls = commands.add_parser("ls", parents=[region], help="list a bucket")
    ls.add_argument("bucket")
    ls.add_argument("prefix", nargs="?", help="only objects whose key begins with it")

    get = commands.add_parser("get", help="download")
    kinds = get.add_subparsers(dest="kind", required=True, metavar="WHAT")
    target = argparse.ArgumentParser(add_help=False, parents=[region])
    target.add_argument("-o", "--output", metavar="FILE", help="the file to make; by default named as it is")
    one = kinds.add_parser("object", parents=[target], help="an object of a bucket")
    one.add_argument("bucket")
    one.add_argument("key", help="as given at the upload, not percent-encoded")
    one = kinds.add_parser("derivative", parents=[target], help="a derivative of a design")
    one.add_argument("urn", help="of the design")
    one.add_argument("derivative_urn", metavar="derivative-urn", help="from the manifest")
    one = kinds.add_parser("url", parents=[target], help="a URL that was signed elsewhere")
    one.add_argument("url", help='"-" to read it from standard input, which keeps it from other programs')
    one.add_argument("--sha1", help="the SHA-1 it must have")
    folder = argparse.ArgumentParser(add_help=False, parents=[region])
    folder.add_argument("-o", "--output", metavar="FOLDER", default=".", help="the folder; by default this one")
    design = kinds.add_parser("design", parents=[folder], help="all derivatives of a design")
    design.add_argument("urn", help="of the design")
    design.add_argument("--role", dest="roles", action="append", default=[], help="only these; can be repeated")
    design.add_argument("--mime", dest="mimes", action="append", default=[], help="only these")
    design.add_argument("--output-type", dest="output_types", action="append", default=[], help="only these")
    bucket = kinds.add_parser("bucket", parents=[folder], help="the objects of a bucket")
    bucket.add_argument("bucket")
    bucket.add_argument("--prefix", help="only objects whose key begins with it")
    bucket.add_argument("--strip-prefix", action="store_true", help="leave the folders of the prefix out")

    commands.add_parser(
        "sandbox",
        parents=[output],
        help="run APS on this computer, for tests; other options are the sandbox's own",
        description="Runs the sandbox until Ctrl-C. Options that are not known here are handed to it.",
    )
    return top
