"""What a bucket holds, what APS says of a derivative, signed URLs, and uploads."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from ._library import Library, known, text_of
from ._numbers import Number
from ._results import time_of


@dataclass(frozen=True)
class ObjectInfo:
    """An object as the Object Storage Service describes it. What it does not say is ``None``."""

    bucket: str | None
    #: Not percent-encoded.
    key: str | None
    #: Its URN: "urn:adsk.objects:os.object:BUCKET/KEY".
    object_id: str | None
    size: int | None
    #: As 40 hex digits. It can be missing right after an upload.
    sha1: str | None
    #: Listings usually leave it out.
    content_type: str | None
    #: Its address at the API.
    location: str | None


@dataclass(frozen=True)
class ObjectPage:
    """One page of a bucket. It can be empty although more pages follow."""

    objects: tuple[ObjectInfo, ...]
    #: What names the next page; ``None`` on the last one.
    next: str | None


@dataclass(frozen=True)
class Details:
    """What APS says of a derivative before it is downloaded. What it does not say is ``None``."""

    size: int | None
    content_type: str | None
    #: The service's name, version and environment.
    app_identifier: str | None
    startup_time: str | None
    duration: str | None
    #: What the service says about a failure of its own.
    troubleshooting: str | None


class Access(Number):
    """What an OSS signed URL is for."""

    #: Downloads.
    READ = 1
    #: Uploads.
    WRITE = 2
    #: Both.
    READ_WRITE = 3


@dataclass(frozen=True)
class OssUrl:
    """An OSS signed URL, for somebody who has no token. It is a secret, so ``repr`` does not show it."""

    url: str = field(repr=False)
    #: When it stops working, by the server's clock.
    expires_at: datetime.datetime | None
    #: It works once only.
    single_use: bool


@dataclass(frozen=True)
class UploadResult:
    """What the service said when a file was stored. What it did not say is ``None``."""

    bytes: int
    http_status: int
    etag: str | None
    #: The object's URN, which a translation is started with.
    object_id: str | None
    object_key: str | None
    #: The one of the bytes that were sent, as 40 hex digits.
    sha1: str | None


@dataclass(frozen=True)
class AccessToken:
    """An access token of the client. It is a secret, so ``repr`` does not show it; neither should your program."""

    #: Without the word "Bearer".
    token: str = field(repr=False)
    #: For how many seconds it is good from the moment it was asked for; ``None`` if that is not known, as of one that
    #: your program has set.
    expires_in: float | None


def read_access_token(library: Library, token: Any) -> AccessToken:
    expires_in_ms = known(library.dll.apsfetch_access_token_expires_in_ms(token))
    return AccessToken(
        token=text_of(library.dll.apsfetch_access_token_text(token)) or "",
        expires_in=None if expires_in_ms is None else expires_in_ms / 1000,
    )


def read_objects(library: Library, objects: Any) -> tuple[ObjectInfo, ...]:
    """Copies a list of objects out of the library."""
    dll = library.dll
    return tuple(
        ObjectInfo(
            bucket=text_of(dll.apsfetch_objects_bucket_key(objects, index)),
            key=text_of(dll.apsfetch_objects_object_key(objects, index)),
            object_id=text_of(dll.apsfetch_objects_object_id(objects, index)),
            size=known(dll.apsfetch_objects_size(objects, index)),
            sha1=text_of(dll.apsfetch_objects_sha1(objects, index)),
            content_type=text_of(dll.apsfetch_objects_content_type(objects, index)),
            location=text_of(dll.apsfetch_objects_location(objects, index)),
        )
        for index in range(dll.apsfetch_objects_count(objects))
    )


def read_page(library: Library, objects: Any) -> ObjectPage:
    return ObjectPage(read_objects(library, objects), text_of(library.dll.apsfetch_objects_next(objects)))


def read_object(library: Library, objects: Any) -> ObjectInfo:
    """Copies the only object of a list."""
    return read_objects(library, objects)[0]


def read_details(library: Library, details: Any) -> Details:
    dll = library.dll
    return Details(
        size=known(dll.apsfetch_details_size(details)),
        content_type=text_of(dll.apsfetch_details_content_type(details)),
        app_identifier=text_of(dll.apsfetch_details_app_identifier(details)),
        startup_time=text_of(dll.apsfetch_details_startup_time(details)),
        duration=text_of(dll.apsfetch_details_duration(details)),
        troubleshooting=text_of(dll.apsfetch_details_troubleshooting(details)),
    )


def read_oss_url(library: Library, url: Any) -> OssUrl:
    dll = library.dll
    return OssUrl(
        url=text_of(dll.apsfetch_oss_url_text(url)) or "",
        expires_at=time_of(dll.apsfetch_oss_url_expires_at_ms(url)),
        single_use=dll.apsfetch_oss_url_single_use(url) == 1,
    )


def read_upload(library: Library, result: Any) -> UploadResult:
    dll = library.dll
    return UploadResult(
        bytes=dll.apsfetch_upload_result_bytes(result),
        http_status=dll.apsfetch_upload_result_http_status(result),
        etag=text_of(dll.apsfetch_upload_result_etag(result)),
        object_id=text_of(dll.apsfetch_upload_result_object_id(result)),
        object_key=text_of(dll.apsfetch_upload_result_object_key(result)),
        sha1=text_of(dll.apsfetch_upload_result_sha1(result)),
    )
