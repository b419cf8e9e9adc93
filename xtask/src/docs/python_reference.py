"""Prints the reference of a Python package as Markdown, from its sources alone: nothing of it is imported.

    python3 python_reference.py FOLDER_OF_THE_PACKAGE
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

# The groups of the page, each with the names in it. A public name that is in none of them stops the build.
GROUPS = {
    "Client": ["Client"],
    "What to download": ["Object", "Derivative", "Url", "ExistingFile", "Signing", "Item"],
    "Jobs and progress": ["Job", "Progress", "ItemProgress", "JobState", "ProgressCallback"],
    "Results": ["Result", "ItemStatus", "Verification"],
    "Folders": ["Plan", "PlannedFile", "FolderOutcome", "FolderFile", "FileStatus"],
    "Manifests": ["Manifest", "Node", "Message", "TranslationStatus", "ManifestWatch", "ManifestCallback"],
    "Objects, URLs and uploads": ["ObjectInfo", "ObjectPage", "Details", "OssUrl", "Access", "UploadJob", "UploadResult"],
    "Signing": ["Signed", "Chunk", "SignedStatus"],
    "Tokens and logins": ["AccessToken", "Login", "TokenProvider"],
}


def main(folder: Path) -> None:
    definitions: dict[str, ast.ClassDef] = {}
    aliases: dict[str, str] = {}
    for file in sorted(folder.glob("_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        lines = file.read_text(encoding="utf-8").splitlines()
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                node.lines = lines  # type: ignore[attr-defined]
                definitions[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                aliases[node.targets[0].id] = ast.unparse(node.value)
    public = set(public_names(folder / "__init__.py"))
    errors = sorted(name for name in public if is_error(name, definitions))
    groups = {**GROUPS, "Errors": ["ApsError", *(name for name in errors if name != "ApsError"), "Status"]}
    known = {name for names in groups.values() for name in names}
    rest = sorted(public - known - {"__version__", "library_version"})
    # What is new here has a place at the end until it is given a better one.
    if rest:
        groups["Others"] = rest
    for title, names in groups.items():
        names = [name for name in names if name in public]
        if not names:
            continue
        print(f"\n## {title}\n")
        for name in names:
            if name in definitions:
                print(class_text(definitions[name], definitions, public))
            else:
                print(f"### {name} {{#{name}}}\n\n```python\n{name} = {aliases.get(name, '…')}\n```\n")


def public_names(init: Path) -> list[str]:
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    raise SystemExit(f"{init} has no __all__")


def is_error(name: str, definitions: dict[str, ast.ClassDef]) -> bool:
    node = definitions.get(name)
    return node is not None and (
        name in ("ApsError", "LibraryError") or any(is_error(base, definitions) for base in bases(node))
    )


def bases(node: ast.ClassDef) -> list[str]:
    # Of `Polled[Progress]` the class is `Polled`.
    plain = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return [base.id for base in plain if isinstance(base, ast.Name)]


def class_text(node: ast.ClassDef, definitions: dict[str, ast.ClassDef], public: set[str]) -> str:
    shown = [base for base in bases(node) if base in public or base in ("ValueError", "Exception", "ImportError")]
    text = [f"### {node.name} {{#{node.name}}}\n"]
    if shown:
        text.append("Is also: " + ", ".join(f"[{base}](#{base})" if base in public else base for base in shown) + "\n")
    docs = [ast.get_docstring(owner) or "" for owner in chain(node, definitions, public)]
    # The one that tells of the arguments, which may stand in a class below.
    text.append(prose(next((doc for doc in docs if ":param" in doc), docs[0]), public))
    members: list[str] = []
    for owner in chain(node, definitions, public):
        lines: list[str] = owner.lines  # type: ignore[attr-defined]
        for member in owner.body:
            members.extend(member_text(node.name, member, lines, public))
    init = next((m for o in chain(node, definitions, public) for m in o.body if name_of(m) == "__init__"), None)
    if node.name == "Client" and isinstance(init, ast.FunctionDef):
        text.insert(1, f"```python\n{signature(node.name, init)}\n```\n")
    return "\n".join([*text, *members])


def chain(node: ast.ClassDef, definitions: dict[str, ast.ClassDef], public: set[str]) -> list[ast.ClassDef]:
    """The class and those below it that are no public types of their own."""
    found = [node]
    for base in bases(node):
        if base in definitions and base not in public and base not in ("Number",):
            found.extend(chain(definitions[base], definitions, public))
    # What several of them stand on is told once, after all of them.
    return [owner for place, owner in enumerate(found) if owner not in found[place + 1 :]]


def name_of(member: ast.stmt) -> str:
    return member.name if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) else ""


def member_text(owner: str, member: ast.stmt, lines: list[str], public: set[str]) -> list[str]:
    if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if member.name.startswith("_"):
            return []
        is_property = any(ast.unparse(decorator) == "property" for decorator in member.decorator_list)
        # The twin of a method says no more than the method.
        doc = ast.get_docstring(member)
        if member.name.endswith("_async") and doc is None:
            return []
        shown = f"{member.name}: {ast.unparse(member.returns)}" if is_property and member.returns else signature(member.name, member)
        return [f"\n#### {member.name} {{#{owner}.{member.name}}}\n\n```python\n{shown}\n```\n", prose(doc, public)]
    if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name) and not member.target.id.startswith("_"):
        about = comment_above(lines, member.lineno)
        return [f"- <a id=\"{owner}.{member.target.id}\"></a>**`{member.target.id}`**`: {ast.unparse(member.annotation)}`{' ' + prose(about, public) if about else ''}"]
    if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name) and member.targets[0].id.isupper():
        about = comment_above(lines, member.lineno)
        value = ast.unparse(member.value)
        return [f"- <a id=\"{owner}.{member.targets[0].id}\"></a>**`{member.targets[0].id}`** = {value}{': ' + prose(about, public) if about else ''}"]
    return []


def comment_above(lines: list[str], number: int) -> str:
    found: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.strip().startswith("#:"):
            break
        found.insert(0, line.strip()[2:].strip())
    return " ".join(found)


def signature(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    arguments = [a for a in ast.unparse(function.args).split(", ") if a not in ("self", "self: _Self")]
    # Commas inside of brackets belong to one argument.
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].count("[") > joined[-1].count("]"):
            joined[-1] += ", " + argument
        else:
            joined.append(argument)
    joined = [spaced(argument) for argument in joined]
    result = f" -> {ast.unparse(function.returns)}" if function.returns and function.name != "__init__" else ""
    word = "async def " if isinstance(function, ast.AsyncFunctionDef) else "def " if name != "Client" else ""
    line = f"{word}{name}({', '.join(joined)}){result}"
    if len(line) <= 96:
        return line
    return f"{word}{name}(\n" + "".join(f"    {argument},\n" for argument in joined) + f"){result}"


def spaced(argument: str) -> str:
    """``a: int=1`` as people write it."""
    name, equals, default = argument.rpartition("=")
    return f"{name} = {default}" if equals and ":" in name else argument


def prose(doc: str | None, public: set[str]) -> str:
    if not doc:
        return ""
    text = re.sub(r"``([^`]+)``", r"`\1`", doc)

    def link(match: re.Match[str]) -> str:
        target = match.group(1)
        place = target if target.split(".")[0] in public else f"Client.{target}"
        return f"[`{target}`](#{place})" if target.split(".")[0] in public else f"`{target}`"

    text = re.sub(r":\w+:`([^`]+)`", link, text)
    return re.sub(r"(?m)^:param (\w+): ", r"- **`\1`** ", text) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
