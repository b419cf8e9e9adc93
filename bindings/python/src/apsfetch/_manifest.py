"""What the translation of a design made, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import _functions
from ._library import Handle, Library, known, library, text, text_of
from ._numbers import Number


class TranslationStatus(Number):
    """How far a translation has come."""

    #: The manifest does not say, or says a word this package does not know; the status text has it.
    UNKNOWN = 0
    #: Not begun.
    PENDING = 1
    #: Under way.
    IN_PROGRESS = 2
    #: Over: done.
    SUCCESS = 3
    #: Over: failed. The messages say why.
    FAILED = 4
    #: Over: given up after too long a time.
    TIMEOUT = 5


@dataclass(frozen=True)
class Message:
    """What the translator has to say about a node."""

    #: "error", "warning" or "info".
    type: str | None
    #: Such as "Revit-UnsupportedFileType".
    code: str | None
    text: str | None


@dataclass(frozen=True)
class Node:
    """A derivative, or something inside one. What the manifest does not say is ``None``."""

    #: What to download it by, with :class:`Derivative`. Only files have one.
    urn: str | None
    guid: str | None
    name: str | None
    #: What it is for: "graphics", "thumbnail", "obj" and others.
    role: str | None
    mime: str | None
    #: "resource", "geometry", "view", "folder" and others.
    type: str | None
    #: "svf", "svf2", "obj", "thumbnail" and others. Children have their derivative's.
    output_type: str | None
    status: TranslationStatus
    #: The status in APS's own word.
    status_text: str | None
    #: The progress in APS's own words.
    progress: str | None
    percent: int | None
    has_thumbnail: bool
    messages: tuple[Message, ...]
    children: tuple[Node, ...] = field(repr=False)

    def walk(self) -> Iterator[Node]:
        """The node, and all that is inside it, each after its parent."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Manifest:
    """The manifest of a design."""

    #: The design's URN in base64.
    urn: str | None
    status: TranslationStatus
    #: The status in APS's own word.
    status_text: str | None
    #: The progress in APS's own words: "complete", or "NN% complete".
    progress: str | None
    percent: int | None
    #: The data centre where the derivatives are.
    region: str | None
    type: str | None
    version: str | None
    has_thumbnail: bool
    derivatives: tuple[Node, ...] = field(repr=False)
    #: The JSON text, as it was received.
    json: str = field(repr=False)

    @staticmethod
    def from_json(json: str) -> Manifest:
        """Reads a manifest that was kept as JSON text."""
        native = library()
        handle = manifest_handle(native, json)
        try:
            return read_manifest(native, handle.pointer)
        finally:
            handle.close()

    @property
    def over(self) -> bool:
        """Whether the translation is over, whatever became of it."""
        return self.status not in (TranslationStatus.PENDING, TranslationStatus.IN_PROGRESS)

    def nodes(self) -> Iterator[Node]:
        """All derivatives and what is inside them, each after its parent."""
        for derivative in self.derivatives:
            yield from derivative.walk()

    def files(self) -> Iterator[Node]:
        """The nodes that have a URN to download them by."""
        return (node for node in self.nodes() if node.urn is not None)


def manifest_handle(library: Library, json: str) -> Handle:
    """The library's own object for a manifest."""
    handle = Handle(library, _functions.MANIFEST)
    library.call("apsfetch_manifest_from_json", text(json, "json"), handle.out)
    return handle


def read_manifest(library: Library, manifest: Any) -> Manifest:
    """Copies a manifest out of the library."""
    dll = library.dll
    return Manifest(
        urn=text_of(dll.apsfetch_manifest_urn(manifest)),
        status=TranslationStatus(dll.apsfetch_manifest_status(manifest)),
        status_text=text_of(dll.apsfetch_manifest_status_text(manifest)),
        progress=text_of(dll.apsfetch_manifest_progress(manifest)),
        percent=known(dll.apsfetch_manifest_percent(manifest)),
        region=text_of(dll.apsfetch_manifest_region(manifest)),
        type=text_of(dll.apsfetch_manifest_type(manifest)),
        version=text_of(dll.apsfetch_manifest_version(manifest)),
        has_thumbnail=dll.apsfetch_manifest_has_thumbnail(manifest) == 1,
        derivatives=_derivatives(library, manifest),
        json=text_of(dll.apsfetch_manifest_json(manifest)) or "",
    )


def _derivatives(library: Library, manifest: Any) -> tuple[Node, ...]:
    dll = library.dll
    count = dll.apsfetch_manifest_node_count(manifest)
    children: dict[int, list[Node]] = {}
    # A node does not change once it is made, so its children are made first: they come after it.
    for index in reversed(range(count)):
        parent = dll.apsfetch_manifest_node_parent(manifest, index)
        node = _node(library, manifest, index, tuple(reversed(children.pop(index, []))))
        children.setdefault(parent, []).append(node)
    return tuple(reversed(children.get(-1, [])))


def _node(library: Library, manifest: Any, index: int, children: tuple[Node, ...]) -> Node:
    dll, node = library.dll, (manifest, index)
    return Node(
        urn=text_of(dll.apsfetch_manifest_node_urn(*node)),
        guid=text_of(dll.apsfetch_manifest_node_guid(*node)),
        name=text_of(dll.apsfetch_manifest_node_name(*node)),
        role=text_of(dll.apsfetch_manifest_node_role(*node)),
        mime=text_of(dll.apsfetch_manifest_node_mime(*node)),
        type=text_of(dll.apsfetch_manifest_node_type(*node)),
        output_type=text_of(dll.apsfetch_manifest_node_output_type(*node)),
        status=TranslationStatus(dll.apsfetch_manifest_node_status(*node)),
        status_text=text_of(dll.apsfetch_manifest_node_status_text(*node)),
        progress=text_of(dll.apsfetch_manifest_node_progress(*node)),
        percent=known(dll.apsfetch_manifest_node_percent(*node)),
        has_thumbnail=dll.apsfetch_manifest_node_has_thumbnail(*node) == 1,
        messages=tuple(
            Message(
                type=text_of(dll.apsfetch_manifest_message_type(*node, message)),
                code=text_of(dll.apsfetch_manifest_message_code(*node, message)),
                text=text_of(dll.apsfetch_manifest_message_text(*node, message)),
            )
            for message in range(dll.apsfetch_manifest_message_count(*node))
        ),
        children=children,
    )
