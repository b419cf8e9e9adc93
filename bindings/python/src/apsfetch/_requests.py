"""What to fetch, how to have it signed, and where to put it."""

from __future__ import annotations

import ctypes
import dataclasses
import datetime
import functools
import os
import re
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union
from urllib.parse import unquote, urlsplit

from . import _functions
from ._errors import ArgumentTypeError, InvalidArgumentError
from ._library import AnyPath, Library, path_text, text
from ._numbers import Number


class ExistingFile(Number):
    """What happens when the target exists."""

    #: It is replaced, in one step and only by a complete and verified file.
    REPLACE = 0
    #: It is kept; the item succeeds with :attr:`ItemStatus.KEPT` and without a download.
    KEEP = 1
    #: The item fails with :class:`TargetExistsError`.
    FAIL = 2


class Signing(Number):
    """Which operation of APS signs an object."""

    #: "Batch Get S3 Download URLs": together with other objects in one call.
    BATCH = 1
    #: "Get Signed S3 Download URL": for this object alone.
    SIGNED_S3_DOWNLOAD = 2
    #: "Create Signed URL": an OSS signed URL. It needs the scope ``data:write``.
    SIGNED_URL = 3


@dataclass(frozen=True)
class Object:
    """An object of the Object Storage Service. Give everything after ``path`` by name.

    ``key`` is the object's key as given at the upload, not percent-encoded.
    """

    bucket: str
    key: str
    #: The file to make; its folder must exist. See also ``memory``.
    path: AnyPath | None = None
    #: Downloads into :attr:`Result.data` instead of a file, at most so many bytes.
    memory: int | None = None
    existing_file: ExistingFile = ExistingFile.REPLACE
    #: Goes on with a download that failed, was cancelled or whose process was killed.
    resume: bool = True
    #: The SHA-1 the file must have, as 40 hex digits. It takes the place of the one APS gives.
    sha1: str | None = None
    #: The size in bytes the file must have.
    size: int | None = None
    signing: Signing = Signing.BATCH
    #: With :attr:`Signing.SIGNED_URL`: asks for a URL that works once.
    single_use: bool = False
    #: How many minutes the signed URL lives: 1 to 60, 2 by default. A download renews it when it takes longer.
    minutes_expiration: int | None = None
    response_content_disposition: str | None = None
    response_content_type: str | None = None
    response_cache_control: str | None = None
    #: The ETag of the version you have. If the object is still that one, the item succeeds with
    #: :attr:`ItemStatus.NOT_MODIFIED` and leaves the target alone.
    if_none_match: str | None = None
    #: The same by time: a ``datetime`` with a time zone, or an HTTP date.
    if_modified_since: str | datetime.datetime | None = None
    #: Asks for one OSS signed URL when the upload is not merged yet, instead of one S3 URL for each chunk.
    public_resource_fallback: bool = False
    #: Asks for a CloudFront URL instead of an S3 one.
    use_cdn: bool = False


@dataclass(frozen=True)
class Derivative:
    """A derivative of the Model Derivative service. Give everything after ``path`` by name.

    ``urn`` is the design's, in URL-safe base64 or plain; ``derivative_urn`` is the one from the manifest.
    """

    urn: str
    derivative_urn: str
    #: The file to make; its folder must exist. See also ``memory``.
    path: AnyPath | None = None
    #: Downloads into :attr:`Result.data` instead of a file, at most so many bytes.
    memory: int | None = None
    existing_file: ExistingFile = ExistingFile.REPLACE
    #: Goes on with a download that failed, was cancelled or whose process was killed.
    resume: bool = True
    #: The SHA-1 the file must have, as 40 hex digits.
    sha1: str | None = None
    #: The size in bytes the file must have.
    size: int | None = None
    #: Downloads from the API itself, by the deprecated "Download Derivative", instead of by signed cookies.
    direct_download: bool = False
    #: How many minutes the cookies live: 1 to 360, which is the default. A download renews them.
    minutes_expiration: int | None = None
    #: Must begin with "attachment".
    response_content_disposition: str | None = None
    #: ETag and size in bytes of the version that lies at the target. If it is still that version, the item
    #: succeeds with :attr:`ItemStatus.NOT_MODIFIED` and leaves the target alone.
    skip_if_etag: tuple[str, int] | None = None


@dataclass(frozen=True)
class Url:
    """A URL that your own backend has signed, sent byte for byte. Give everything after ``path`` by name.

    It needs no access token. The URL and the headers are secrets, so ``repr`` does not show them.
    """

    url: str = field(repr=False)
    #: The file to make; its folder must exist. See also ``memory``.
    path: AnyPath | None = None
    #: Headers to send along, such as a cookie, to the URL's own host only.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    #: Downloads into :attr:`Result.data` instead of a file, at most so many bytes.
    memory: int | None = None
    existing_file: ExistingFile = ExistingFile.REPLACE
    #: Goes on with a download that failed, was cancelled or whose process was killed.
    resume: bool = True
    #: The SHA-1 the file must have, as 40 hex digits.
    sha1: str | None = None
    #: The size in bytes the file must have. If it is known, all connections can start at once.
    size: int | None = None
    #: Says that the URL works for one single GET, so it is fetched in one piece and never twice.
    single_use: bool = False


#: Anything that can be signed or downloaded.
Item = Union[Object, Derivative, Url]


def need_token(items: Sequence[Item]) -> bool:
    """Whether an access token is needed for some of the items."""
    return not all(isinstance(item, Url) for item in items)


# The fields that are not one setter of the same name.
_IDENTITY = {"bucket", "key", "urn", "derivative_urn", "url", "path", "headers"}


class Requests:
    """Requests for several items, in the form the library takes them. Freed at the end of a ``with``."""

    def __init__(self, library: Library, items: Sequence[Item], folder: Path | None = None) -> None:
        self.count = len(items)
        #: The library fills it, so not even a Ctrl-C leaves a request without an owner.
        self.array = (_functions.REQUEST * self.count)()
        self._free = weakref.finalize(self, _free, library, self.array)
        base = None if folder is None else str(folder)
        try:
            for index, item in enumerate(items):
                # The pointer at its place in the array, not a copy.
                request = _functions.REQUEST.from_buffer(self.array, index * ctypes.sizeof(_functions.REQUEST))
                _make(library, item, ctypes.byref(request))
                _set_up(library, item, request, base)
        except BaseException:
            self._free()
            raise

    def __enter__(self) -> Requests:
        return self

    def __exit__(self, *_: object) -> None:
        self._free()


def _free(library: Library, array: Any) -> None:
    for request in array:
        library.dll.apsfetch_request_free(request)


def _make(library: Library, item: Item, out: Any) -> None:
    if isinstance(item, Object):
        library.call("apsfetch_request_new_object", text(item.bucket, "bucket"), text(item.key, "key"), out)
    elif isinstance(item, Derivative):
        urns = text(item.urn, "urn"), text(item.derivative_urn, "derivative_urn")
        library.call("apsfetch_request_new_derivative", *urns, out)
    elif isinstance(item, Url):
        library.call("apsfetch_request_new_url", text(item.url, "url"), out)
    else:
        raise ArgumentTypeError(f"An item is a {type(item).__name__}, not an Object, a Derivative or a Url.")


def _set_up(library: Library, item: Item, request: Any, folder: str | None) -> None:
    if isinstance(item, Url):
        if not isinstance(item.headers, Mapping):
            raise ArgumentTypeError(f"headers are of type {type(item.headers).__name__}, not a mapping such as a dict.")
        for name, value in item.headers.items():
            header = text(name, "name of a header"), text(value, "value of a header")
            library.call("apsfetch_request_add_header", request, *header)
    _set_target(library, request, item, folder)
    kind: Any = type(item)
    for name, default in _options(kind):
        value = getattr(item, name)
        # What is left at its default is left to the library.
        if value != default:
            if isinstance(value, datetime.datetime):
                value = _http_date(value, name)
            values = value if isinstance(value, tuple) else (value,)
            library.set(request, f"apsfetch_request_set_{name}", *values)


@functools.lru_cache(maxsize=None)
def _options(kind: type) -> list[tuple[str, object]]:
    """The names of the fields that are a setter each, with their defaults."""
    return [(field.name, field.default) for field in dataclasses.fields(kind) if field.name not in _IDENTITY]


def _set_target(library: Library, request: Any, item: Item, folder: str | None) -> None:
    if item.memory is not None:
        if item.path is not None:
            raise InvalidArgumentError("An item has both a path and memory as its target.")
        return
    path = None if item.path is None else path_text(item.path)
    if folder is not None:
        path = os.path.join(folder, file_name_of(item) if path is None else path)
    if path is not None:
        # Windows takes some paths to the letter, and in those a slash is none.
        library.set_path(request, "apsfetch_request_set_path", path.replace("/", os.sep))


def _http_date(time: datetime.datetime, name: str) -> str:
    if time.tzinfo is None:
        raise InvalidArgumentError(f"{name} has no time zone. Use datetime.timezone.utc, for example.")
    # Not above: it brings others with it, and few need it.
    import email.utils

    return email.utils.format_datetime(time.astimezone(datetime.timezone.utc), usegmt=True)


_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.I | re.S)


def file_name_of(item: Item) -> str:
    """The last part of what an item is called, as a name that every file system takes."""
    if isinstance(item, Object):
        name = item.key
    elif isinstance(item, Derivative):
        name = unquote(item.derivative_urn)
    else:
        name = unquote(urlsplit(item.url).path)
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*\\\u200e\u200f\u202a-\u202e\u2066-\u2069]', "_", name.rsplit("/", 1)[-1])
    # Windows drops dots and spaces at the end, and ".." is such a name.
    kept = name.rstrip(". ")
    name = kept + "_" * (len(name) - len(kept)) or "_"
    name = f"_{name}" if _DEVICE.fullmatch(name) else name
    if len(name.encode("utf-8", "surrogateescape")) > 200:
        raise InvalidArgumentError("An item's name is too long for a file. Give it a path.")
    return name
