"""The connection to APS, with all that can be done with it."""

from __future__ import annotations

from ._connection import Connection, TokenProvider, library_version
from ._downloads import Downloads
from ._folders import Folders
from ._uploads import Uploads

__all__ = ["Client", "TokenProvider", "library_version"]


class Client(Downloads, Folders, Uploads):
    __doc__ = Connection.__doc__
