"""A two-legged access token for the command line.

The library gets its own tokens and shows them to nobody, so the one that ``python -m apsfetch token`` prints is asked
for here.
"""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ._errors import AuthError, BadResponseError, HttpError, NetworkError

_APS = "https://developer.api.autodesk.com"
_PATH = "/authentication/v2/token"
_TIMEOUT = 60.0
_MOST = 1 << 20


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The secret goes to one host and no other."""

    def redirect_request(self, *_: Any) -> urllib.request.Request | None:
        return None


def client_credentials(
    client_id: str,
    client_secret: str,
    scopes: str,
    *,
    base_url: str | None = None,
    ca_file: str | None = None,
    proxy: str | None = None,
) -> dict[str, Any]:
    """The token service's answer: ``access_token``, ``token_type``, ``expires_in``."""
    base = (base_url or _APS).rstrip("/")
    parts = urllib.parse.urlsplit(base)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise AuthError(f"A secret is sent by https only, and the base URL's scheme is {parts.scheme!r}.")
    basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scopes}).encode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    # None lets the environment say; "" is none at all.
    proxies = None if proxy is None else {"https": proxy, "http": proxy} if proxy else {}
    opener = urllib.request.build_opener(
        _NoRedirect, urllib.request.ProxyHandler(proxies), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(urllib.request.Request(base + _PATH, body, headers), timeout=_TIMEOUT) as reply:
            answer = json.loads(reply.read(_MOST))
    except urllib.error.HTTPError as error:
        error.close()
        kind = AuthError if error.code in (400, 401, 403) else HttpError
        hint = " Check APS_CLIENT_ID, APS_CLIENT_SECRET and the scopes." if kind is AuthError else ""
        raise kind(
            f"The token service at {parts.hostname} answered {error.code}.{hint}", http_status=error.code
        ) from None
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise NetworkError(f"The token service at {parts.hostname} could not be asked: {reason}") from None
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise BadResponseError(f"The token service at {parts.hostname} gave no token.")
    return answer
