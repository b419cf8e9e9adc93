"""What can go wrong, as statuses of the library and as exceptions."""

from __future__ import annotations

from ._numbers import Number


class Status(Number):
    """What a call of the library ended with."""

    OK = 0
    PENDING = 1
    E_INVALID_ARGUMENT = -1
    E_INVALID_HANDLE = -2
    E_WRONG_PROCESS = -3
    E_PANIC = -4
    E_RESOURCE = -5
    E_INVALID_STATE = -6
    E_CANCELLED = -7
    E_TIMEOUT = -8
    E_NETWORK = -10
    E_DNS = -11
    E_TLS = -12
    E_PROXY = -13
    E_AUTH = -20
    E_FORBIDDEN = -21
    E_NOT_FOUND = -22
    E_NOT_READY = -23
    E_RATE_LIMITED = -24
    E_HTTP = -25
    E_BAD_RESPONSE = -26
    E_EXPIRED = -27
    E_REFUSED = -28
    E_CHANGED = -30
    E_INTEGRITY = -31
    E_FILE = -40
    E_DISK_FULL = -41
    E_FILE_LOCKED = -42
    E_FILE_EXISTS = -43
    E_BUSY = -44
    E_UNSUPPORTED = -50


class LibraryError(ImportError):
    """The shared library of apsfetch is missing, or does not go with this package."""


class ApsError(Exception):
    """A call failed. The text says what, where, whose fault, and what to do.

    Neither the text nor anything else here contains a token, a cookie or the query of a signed URL.
    """

    #: The status of the failed call.
    status: Status
    #: The HTTP status that caused the error, if one did.
    http_status: int | None
    #: The error number of the operating system (``errno``, ``GetLastError``) that caused it, if one did.
    os_code: int | None
    #: The service's own id of the failed request, for a support case with Autodesk or AWS.
    request_id: str | None
    #: How many seconds the service asked to wait before the next try.
    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        http_status: int | None = None,
        os_code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = _status_of(type(self)) if status is None else Status(status)
        self.http_status = http_status
        self.os_code = os_code
        self.request_id = request_id
        self.retry_after = retry_after


class InvalidArgumentError(ApsError, ValueError):
    """An argument is missing, malformed or out of range. Nothing was sent or written."""


class ArgumentTypeError(InvalidArgumentError, TypeError):
    """An argument is of a type that cannot be used here, such as ``None`` for a text. Nothing was sent or written."""


class InvalidHandleError(ApsError):
    """The client or job is closed already."""


class WrongProcessError(ApsError):
    """A client or job was used in a forked child of the process that made it."""


class PanicError(ApsError):
    """A bug in apsfetch was caught. Please report it."""


class ResourceError(ApsError):
    """The operating system refused a thread, memory or a descriptor."""


class InvalidStateError(ApsError):
    """The call is not possible in this state."""


class Cancelled(ApsError):
    """The download was cancelled."""


class NetworkError(ApsError):
    """The connection broke, or could not be made."""


class TimedOutError(NetworkError):
    """A limit on time passed. The text says which one."""


class DnsError(NetworkError):
    """A host name could not be resolved."""


class ProxyError(NetworkError):
    """The proxy refused or could not be used."""


class TlsError(ApsError):
    """The certificate is not trusted, expired or for another host, or there is no common version of TLS."""


class AuthError(ApsError):
    """The access token is missing, wrong or expired (HTTP 401)."""


class ForbiddenError(AuthError):
    """The token is valid but lacks a scope or the right to the item (HTTP 403)."""


class HttpError(ApsError):
    """An HTTP status that means failure."""


class NotFoundError(HttpError):
    """The design, derivative, bucket or object does not exist in this region (HTTP 404)."""


class NotReadyError(HttpError):
    """The derivative is not translated yet (HTTP 202)."""


class RateLimitedError(HttpError):
    """APS asks to slow down (HTTP 429) and the retries are used up."""


class BadResponseError(ApsError):
    """A reply breaks the protocol, so nothing in it was used."""


class ExpiredError(ApsError):
    """A signed URL or its cookies expired and could not be renewed."""


class RefusedError(ApsError):
    """APS answered for this one item that it cannot be downloaded."""


class IntegrityError(ApsError):
    """All bytes arrived but their SHA-1 is not the promised one."""


class ChangedError(IntegrityError):
    """The file changed on the server during the download, or has not the size the request says."""


class FileError(ApsError):
    """Reading or writing a local file failed."""


class DiskFullError(FileError):
    """The disk or the quota is full."""


class FileLockedError(FileError):
    """The target is held open by another program, so it could not be replaced."""


class TargetExistsError(FileError):
    """The target exists and the request says not to replace it."""


class BusyError(FileError):
    """Another download is writing to the same target."""


class UnsupportedError(ApsError):
    """The operation is not offered for this item."""


CLASSES: dict[Status, type[ApsError]] = {
    Status.E_INVALID_ARGUMENT: InvalidArgumentError,
    Status.E_INVALID_HANDLE: InvalidHandleError,
    Status.E_WRONG_PROCESS: WrongProcessError,
    Status.E_PANIC: PanicError,
    Status.E_RESOURCE: ResourceError,
    Status.E_INVALID_STATE: InvalidStateError,
    Status.E_CANCELLED: Cancelled,
    Status.E_TIMEOUT: TimedOutError,
    Status.E_NETWORK: NetworkError,
    Status.E_DNS: DnsError,
    Status.E_TLS: TlsError,
    Status.E_PROXY: ProxyError,
    Status.E_AUTH: AuthError,
    Status.E_FORBIDDEN: ForbiddenError,
    Status.E_NOT_FOUND: NotFoundError,
    Status.E_NOT_READY: NotReadyError,
    Status.E_RATE_LIMITED: RateLimitedError,
    Status.E_HTTP: HttpError,
    Status.E_BAD_RESPONSE: BadResponseError,
    Status.E_EXPIRED: ExpiredError,
    Status.E_REFUSED: RefusedError,
    Status.E_CHANGED: ChangedError,
    Status.E_INTEGRITY: IntegrityError,
    Status.E_FILE: FileError,
    Status.E_DISK_FULL: DiskFullError,
    Status.E_FILE_LOCKED: FileLockedError,
    Status.E_FILE_EXISTS: TargetExistsError,
    Status.E_BUSY: BusyError,
    Status.E_UNSUPPORTED: UnsupportedError,
}

_STATUSES = {kind: status for status, kind in CLASSES.items()}


def _status_of(kind: type[ApsError]) -> Status:
    """The status of an exception the package itself raises, also of a class derived from one of these."""
    for base in kind.__mro__:
        status = _STATUSES.get(base)
        if status is not None:
            return status
    return Status.E_INVALID_STATE


def class_of(status: int) -> type[ApsError]:
    """The exception for a status; ``ApsError`` itself for one that a later library has."""
    return CLASSES.get(Status(status), ApsError)
