"""What became of the items of a job or of a signing."""

from __future__ import annotations

import builtins
import ctypes
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._errors import ApsError
from ._library import Library, known, text_of
from ._numbers import Number


class ItemStatus(Number):
    """What became of an item that did not fail."""

    #: The file was downloaded and is complete.
    DOWNLOADED = 1
    #: APS says it is not modified since the version the item named; the target was left alone.
    NOT_MODIFIED = 2
    #: The target existed and was kept.
    KEPT = 3


class Verification(Number):
    """How the bytes of a file were checked."""

    #: Nothing was downloaded, so nothing was checked.
    NONE = 0
    #: The number of bytes, and that all of them are of one version of the file.
    SIZE = 1
    #: The SHA-1 as well.
    SHA1 = 2


@dataclass(frozen=True)
class Result:
    """What became of one item of a job that did not fail."""

    status: ItemStatus
    #: The absolute path of the file; ``None`` for an item in memory.
    path: Path | None
    #: The bytes of an item in memory; ``None`` for a file.
    data: builtins.bytes | None = field(repr=False)
    #: The size of the file.
    bytes: int
    #: Bytes of it that an earlier run had written, in a part file beside the target.
    resumed_bytes: int
    verification: Verification
    #: The SHA-1 that was checked, as 40 hex digits; ``None`` if none was.
    sha1: str | None
    #: The version's ETag as the server gives it. For ``if_none_match`` the next time.
    etag: str | None
    content_type: str | None
    #: How many requests brought data.
    parts: int
    #: How many requests had to be sent again.
    retries: int
    #: From the opening of the target to its completion.
    seconds: float


class SignedStatus(Number):
    """What APS answered for an item that was to be signed."""

    #: One URL for the whole file.
    COMPLETE = 1
    #: An unmerged upload: one URL for each chunk.
    CHUNKED = 2
    #: An unmerged upload behind one OSS signed URL.
    FALLBACK = 3
    #: Not modified since the version the item named; there is nothing to download.
    SKIPPED = 4
    #: APS cannot sign this item; see :attr:`Signed.reason`.
    ERROR = 5


@dataclass(frozen=True)
class Chunk:
    """One chunk of an unmerged upload. The URL is a secret, so ``repr`` does not show it."""

    #: The offset in the file of the first byte.
    start: int
    #: The offset in the file behind the last byte.
    end: int
    url: str = field(repr=False)


@dataclass(frozen=True)
class Signed:
    """Everything needed to fetch a file by other means. URLs and cookies are secrets: ``repr`` hides them."""

    status: SignedStatus
    #: The URL of the whole file, to be sent byte for byte; ``None`` for a chunked or skipped item.
    url: str | None = field(repr=False)
    #: The chunks of a chunked item cover the file in order, without gap or overlap.
    chunks: tuple[Chunk, ...]
    #: The cookies that go with the URL, to its host only.
    cookies: Mapping[str, str] = field(repr=False, hash=False)
    #: All cookies as the value of one ``Cookie`` header.
    cookie_header: str | None = field(repr=False)
    size: int | None
    #: Tells versions apart; it is not a checksum.
    etag: str | None
    sha1: str | None
    content_type: str | None
    content_disposition: str | None
    cache_control: str | None
    #: Why the item is skipped or cannot be signed, in the words of APS.
    reason: str | None
    #: When URL and cookies stop working, by the server's clock.
    expires_at: datetime.datetime | None
    #: The URL works for one single GET.
    single_use: bool


def read_result(library: Library, result: Any) -> Result:
    """Copies a result out of the library."""
    dll = library.dll
    path = text_of(dll.apsfetch_result_path(result))
    data = dll.apsfetch_result_data(result)
    return Result(
        status=ItemStatus(dll.apsfetch_result_status(result)),
        path=None if path is None else Path(path),
        data=None if data is None else ctypes.string_at(data, dll.apsfetch_result_data_size(result)),
        bytes=dll.apsfetch_result_bytes(result),
        resumed_bytes=dll.apsfetch_result_resumed_bytes(result),
        verification=Verification(dll.apsfetch_result_verification(result)),
        sha1=text_of(dll.apsfetch_result_sha1(result)),
        etag=text_of(dll.apsfetch_result_etag(result)),
        content_type=text_of(dll.apsfetch_result_content_type(result)),
        parts=dll.apsfetch_result_parts(result),
        retries=dll.apsfetch_result_retries(result),
        seconds=dll.apsfetch_result_elapsed_ms(result) / 1000,
    )


def read_signed(library: Library, signed: Any) -> list[Signed | ApsError]:
    """Copies a signed list out of the library."""
    return [_signed(library, signed, index) for index in range(library.dll.apsfetch_signed_count(signed))]


def _signed(library: Library, signed: Any, index: int) -> Signed | ApsError:
    dll, item = library.dll, (signed, index)
    error = library.error_of("apsfetch_signed_error", *item)
    if error is not None:
        return error
    return Signed(
        status=SignedStatus(dll.apsfetch_signed_status(*item)),
        url=text_of(dll.apsfetch_signed_url(*item)),
        chunks=tuple(
            Chunk(
                start=dll.apsfetch_signed_chunk_start(*item, chunk),
                end=dll.apsfetch_signed_chunk_end(*item, chunk),
                url=text_of(dll.apsfetch_signed_chunk_url(*item, chunk)) or "",
            )
            for chunk in range(dll.apsfetch_signed_chunk_count(*item))
        ),
        cookies={
            text_of(dll.apsfetch_signed_cookie_name(*item, cookie)) or "": text_of(
                dll.apsfetch_signed_cookie_value(*item, cookie)
            )
            or ""
            for cookie in range(dll.apsfetch_signed_cookie_count(*item))
        },
        cookie_header=text_of(dll.apsfetch_signed_cookie_header(*item)),
        size=known(dll.apsfetch_signed_size(*item)),
        etag=text_of(dll.apsfetch_signed_etag(*item)),
        sha1=text_of(dll.apsfetch_signed_sha1(*item)),
        content_type=text_of(dll.apsfetch_signed_content_type(*item)),
        content_disposition=text_of(dll.apsfetch_signed_content_disposition(*item)),
        cache_control=text_of(dll.apsfetch_signed_cache_control(*item)),
        reason=text_of(dll.apsfetch_signed_reason(*item)),
        expires_at=time_of(dll.apsfetch_signed_expires_at_ms(*item)),
        single_use=dll.apsfetch_signed_single_use(*item) == 1,
    )


def time_of(milliseconds: int) -> datetime.datetime | None:
    """A time from the library; ``None`` if it is not known."""
    if milliseconds < 0:
        return None
    # fromtimestamp of Windows refuses what its own clock cannot show.
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return epoch + datetime.timedelta(milliseconds=milliseconds)
