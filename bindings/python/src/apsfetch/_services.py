"""What can be asked of APS: signing, manifests, listings, tokens, logins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, TypeVar

from . import _functions
from ._connection import Connection
from ._errors import ApsError
from ._library import Handle, Library, limit, optional_text, text
from ._login import Login
from ._manifest import Manifest, read_manifest
from ._objects import (
    Access,
    AccessToken,
    Details,
    ObjectInfo,
    ObjectPage,
    OssUrl,
    read_access_token,
    read_details,
    read_object,
    read_objects,
    read_oss_url,
    read_page,
)
from ._requests import Derivative, Item, Requests, need_token
from ._results import Signed, read_signed
from ._watch import ManifestCallback, ManifestWatch

T = TypeVar("T")

# A call of the library that takes a cancel token and waits for the answer of APS.
Call = Callable[[Any], T]


class Services(Connection):
    """The part of a client that asks APS something. Each method that waits has a twin for ``asyncio``."""

    def sign(self, items: Iterable[Item]) -> list[Signed | ApsError]:
        """Has items signed, without downloading them: everything needed to fetch them by other means.

        The list has, for each item in their order, what APS answered, or the exception it failed with.
        """
        items = list(items)
        return self._ask(self._sign(items), token=need_token(items))

    async def sign_async(self, items: Iterable[Item]) -> list[Signed | ApsError]:
        """As :meth:`sign`, beside an event loop. A task that is cancelled cancels the work."""
        items = list(items)
        return await self._ask_async(self._sign(items), token=need_token(items))

    def _sign(self, items: list[Item]) -> Call[list[Signed | ApsError]]:
        def call(cancel: Any) -> list[Signed | ApsError]:
            with Requests(self._library, items) as requests:
                return self._answer("apsfetch_sign", _functions.SIGNED, read_signed, requests.array, requests.count)(
                    cancel
                )

        return call

    def details(self, derivative: Derivative, *, wait: float | None = 0.0) -> Details:
        """What APS says of a derivative.

        While it is not translated yet, it is asked again for ``wait`` seconds at the most, or without limit for
        ``None``; then :class:`NotReadyError` is raised.
        """
        return self._ask(self._details(derivative, limit(wait, "wait")))

    async def details_async(self, derivative: Derivative, *, wait: float | None = 0.0) -> Details:
        """As :meth:`details`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._details(derivative, limit(wait, "wait")))

    def _details(self, derivative: Derivative, wait_ms: int) -> Call[Details]:
        def call(cancel: Any) -> Details:
            with Requests(self._library, [derivative]) as requests:
                return self._answer(
                    "apsfetch_details_fetch", _functions.DETAILS, read_details, requests.array[0], wait_ms
                )(cancel)

        return call

    def manifest(self, urn: str) -> Manifest:
        """The manifest of a design, whatever its translation has come to.

        :class:`NotReadyError` if there is none yet, :class:`NotFoundError` if APS does not know the design in the
        client's region.
        """
        return self._ask(self._manifest(urn))

    async def manifest_async(self, urn: str) -> Manifest:
        """As :meth:`manifest`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._manifest(urn))

    def _manifest(self, urn: str) -> Call[Manifest]:
        return self._answer("apsfetch_manifest_fetch", _functions.MANIFEST, read_manifest, text(urn, "urn"))

    def wait_for_manifest(
        self, urn: str, *, timeout: float | None = None, on_progress: ManifestCallback | None = None
    ) -> Manifest:
        """Asks for the manifest with growing pauses until the translation is over.

        Its status tells success, failure and timeout of APS's own apart.

        :param timeout: seconds to wait at the most; without limit by default.
        :param on_progress: called on this thread with each manifest that comes, also the last one. An exception in it
            ends the wait and is raised.
        :raises NotReadyError: the translation was not over in time. The text says how far it was.
        :raises NotFoundError: at once, for a design that APS does not know in the client's region.
        """
        with self.watch_manifest(urn, timeout=timeout) as watch:
            watch.wait(on_progress=on_progress)
            return watch.result()

    async def wait_for_manifest_async(
        self, urn: str, *, timeout: float | None = None, on_progress: ManifestCallback | None = None
    ) -> Manifest:
        """As :meth:`wait_for_manifest`. The event loop calls ``on_progress``; a cancelled task ends the wait."""
        await self._provide_async()
        with self.watch_manifest(urn, timeout=timeout) as watch:
            await watch.wait_async(on_progress)
            return watch.result()

    def watch_manifest(self, urn: str, *, timeout: float | None = None) -> ManifestWatch:
        """Starts :meth:`wait_for_manifest`, for programs that look in now and then. Close it, best by ``with``."""
        self._check_process()
        name, wait_ms = text(urn, "urn"), limit(timeout, "timeout")
        self._provide()

        def start(out: Any) -> None:
            self._library.call("apsfetch_manifest_watch_start", self._handle.pointer, name, wait_ms, out)

        return ManifestWatch(self._library, start, None if self._provider is None else self._serve, self)

    def access_token(self) -> AccessToken:
        """An access token for another library of your program, such as a viewer; it is a secret.

        The one of the moment, or a new one if there is none or it expires within a minute. Ask anew each time it is
        needed: the client renews it in time. A ``token_provider`` is asked for it.

        :raises AuthError: there is no token and no way to one.
        """
        return self._ask(self._access_token())

    async def access_token_async(self) -> AccessToken:
        """As :meth:`access_token`."""
        return await self._ask_async(self._access_token())

    def _access_token(self) -> Call[AccessToken]:
        return self._answer("apsfetch_access_token_fetch", _functions.ACCESS_TOKEN, read_access_token)

    def list_objects(
        self, bucket: str, *, prefix: str | None = None, start_at: str | None = None, max_objects: int | None = None
    ) -> tuple[ObjectInfo, ...]:
        """The objects of a bucket, all pages. For a bucket of millions, :meth:`iter_objects` takes less memory."""
        return self._ask(self._list(bucket, prefix, start_at, max_objects))

    async def list_objects_async(
        self, bucket: str, *, prefix: str | None = None, start_at: str | None = None, max_objects: int | None = None
    ) -> tuple[ObjectInfo, ...]:
        """As :meth:`list_objects`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._list(bucket, prefix, start_at, max_objects))

    def _list(
        self, bucket: str, prefix: str | None, start_at: str | None, max_objects: int | None
    ) -> Call[tuple[ObjectInfo, ...]]:
        options = {"begins_with": prefix, "start_at": start_at, "max_objects": max_objects}
        handle = self._options(_functions.LIST_OPTIONS, options)
        return self._answer("apsfetch_list_objects", _functions.OBJECTS, read_objects, text(bucket, "bucket"), handle)

    def list_objects_page(
        self,
        bucket: str,
        *,
        prefix: str | None = None,
        start_at: str | None = None,
        limit: int | None = None,
        page: str | None = None,
    ) -> ObjectPage:
        """One page of a bucket: the first one, or the one that ``next`` of the page before names."""
        return self._ask(self._page(bucket, {"begins_with": prefix, "start_at": start_at, "limit": limit}, page))

    async def list_objects_page_async(
        self,
        bucket: str,
        *,
        prefix: str | None = None,
        start_at: str | None = None,
        limit: int | None = None,
        page: str | None = None,
    ) -> ObjectPage:
        """As :meth:`list_objects_page`, beside an event loop. A task that is cancelled cancels the work."""
        options = {"begins_with": prefix, "start_at": start_at, "limit": limit}
        return await self._ask_async(self._page(bucket, options, page))

    def _page(self, bucket: str, options: Mapping[str, object], page: str | None) -> Call[ObjectPage]:
        handle = self._options(_functions.LIST_OPTIONS, options)
        arguments = (text(bucket, "bucket"), handle, optional_text(page, "page"))
        return self._answer("apsfetch_list_objects_page", _functions.OBJECTS, read_page, *arguments)

    def iter_objects(self, bucket: str, *, prefix: str | None = None) -> Iterator[ObjectInfo]:
        """The objects of a bucket one after the other; a page is asked for when it is needed."""
        page = self.list_objects_page(bucket, prefix=prefix)
        yield from page.objects
        while page.next is not None:
            page = self.list_objects_page(bucket, prefix=prefix, page=page.next)
            yield from page.objects

    def object_details(self, bucket: str, key: str) -> ObjectInfo:
        """What the Object Storage Service says of one object."""
        return self._ask(self._object_details(bucket, key))

    async def object_details_async(self, bucket: str, key: str) -> ObjectInfo:
        """As :meth:`object_details`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._object_details(bucket, key))

    def _object_details(self, bucket: str, key: str) -> Call[ObjectInfo]:
        arguments = (text(bucket, "bucket"), text(key, "key"))
        return self._answer("apsfetch_object_details", _functions.OBJECTS, read_object, *arguments)

    def create_signed_url(
        self,
        bucket: str,
        key: str,
        *,
        access: Access = Access.READ,
        use_cdn: bool = False,
        minutes_expiration: int | None = None,
        single_use: bool = False,
    ) -> OssUrl:
        """Creates a URL for somebody who has no token. It needs the scope ``data:write``.

        It works for ``minutes_expiration`` minutes, by default 60. An object need not exist yet to be written.
        """
        return self._ask(self._signed_url(bucket, key, access, use_cdn, minutes_expiration, single_use))

    async def create_signed_url_async(
        self,
        bucket: str,
        key: str,
        *,
        access: Access = Access.READ,
        use_cdn: bool = False,
        minutes_expiration: int | None = None,
        single_use: bool = False,
    ) -> OssUrl:
        """As :meth:`create_signed_url`, beside an event loop. A task that is cancelled cancels the work."""
        return await self._ask_async(self._signed_url(bucket, key, access, use_cdn, minutes_expiration, single_use))

    def _signed_url(
        self, bucket: str, key: str, access: Access, use_cdn: bool, minutes: int | None, single_use: bool
    ) -> Call[OssUrl]:
        name, kind = "apsfetch_create_signed_url", _functions.OSS_URL
        options = {"access": access, "use_cdn": use_cdn, "minutes_expiration": minutes or 0, "single_use": single_use}
        numbers = self._library.arguments(name, 3, **options)
        return self._answer(name, kind, read_oss_url, text(bucket, "bucket"), text(key, "key"), *numbers)

    def login(
        self,
        client_id: str,
        scopes: str | Iterable[str],
        *,
        callback_port: int,
        callback_host: str | None = None,
        callback_path: str | None = None,
        timeout: float | None = 600.0,
    ) -> Login:
        """Starts to log a user in, with PKCE: open :attr:`Login.authorize_url` in the browser, then wait.

        ``client_id`` is the one of an APS app of the type "Desktop, Mobile, Single-Page App". The callback address
        http://HOST:PORT/PATH must be registered for it, letter by letter; the host is "127.0.0.1" or "localhost",
        the path "/callback" by default. The login stays open for ``timeout`` seconds. From its end on the client uses
        the user's token, and renews it.
        """
        self._check_process()
        words = scopes if isinstance(scopes, str) else " ".join(scopes)
        host, path = optional_text(callback_host, "callback_host"), optional_text(callback_path, "callback_path")
        name = "apsfetch_login_start"
        limits = self._library.arguments(name, 4, callback_port=callback_port)
        names = (text(client_id, "client_id"), text(words, "scopes"), host, *limits, path)
        if timeout is not None and timeout <= 0:
            timeout = 0.001
        handle = Handle(self._library, _functions.LOGIN)
        self._library.call(name, self._handle.pointer, *names, limit(timeout, "timeout"), handle.out)
        return Login(self._library, handle, self)

    def _answer(self, name: str, kind: Any, read: Callable[[Library, Any], T], *arguments: Any) -> Call[T]:
        """A call that gives an object, which is copied out of the library and freed."""
        client, native = self._handle, self._library

        def call(cancel: Any) -> T:
            answer = Handle(native, kind)
            # The pointers of options are taken here, so that these live until the call is over.
            values = (argument.pointer if isinstance(argument, Handle) else argument for argument in arguments)
            try:
                native.call(name, client.pointer, *values, cancel, answer.out)
                return read(native, answer.pointer)
            finally:
                answer.close()

        return call
