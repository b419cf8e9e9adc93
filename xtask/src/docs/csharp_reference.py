"""Prints the reference of the C# wrapper as Markdown, from its sources alone.

    python3 csharp_reference.py FOLDER_OF_THE_SOURCES

It reads the form in which these are written: types are indented by four spaces and their members by eight.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TYPE = re.compile(r"    public (?:\w+ )*?(class|struct|enum) (\w+)")
WORDS = re.compile(r"\b(?:unsafe|partial|async|override|sealed) ")


class Type:
    def __init__(self, kind: str, name: str, declaration: str, text: str) -> None:
        self.kind, self.name, self.declaration, self.text = kind, name, declaration, text
        self.members: list[tuple[str, str, str]] = []


def main(folder: Path) -> None:
    types: dict[str, Type] = {}
    for file in sorted(folder.glob("*.cs")):
        read(file.read_text(encoding="utf-8").splitlines(), types)
    # The client first, then what it is made from, then the rest by name.
    first = ["ApsClient", "ApsClientOptions", "ApsRequest"]
    order = sorted(types, key=lambda name: (first.index(name) if name in first else len(first), name))
    for name in order:
        show(types[name], set(types))


def read(lines: list[str], types: dict[str, Type]) -> None:
    current: Type | None = None
    comment: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        stripped = line.strip()
        if stripped.startswith("///"):
            comment.append(stripped[3:].strip())
            continue
        if stripped.startswith("[") or not stripped:
            # An attribute stands between the comment and what it is about.
            if not stripped:
                comment = []
            continue
        text, comment = " ".join(comment), []
        match = TYPE.match(line)
        if match:
            kind, name = match.groups()
            if name in types:
                # Another part of the same class.
                types[name].text = types[name].text or text
            else:
                types[name] = Type(kind, name, declared(stripped), text)
            current = types[name]
            continue
        if current is None or not line.startswith(" " * 8) or line.startswith(" " * 9):
            if line.startswith("    ") and not line.startswith(" " * 5) and stripped not in "{}":
                current = None
            continue
        if current.kind == "enum":
            member = re.match(r"(\w+)(?: = ([^,]+))?,?$", stripped)
            if member:
                current.members.append((member[1], stripped.rstrip(","), text))
        elif stripped.startswith("public ") and "inheritdoc" not in text:
            declaration = stripped
            while not re.search(r"[{;]|=>", declaration) and declaration.count("(") > declaration.count(")"):
                declaration += " " + lines[at].strip()
                at += 1
            declaration = declared(declaration)
            name = re.search(r"(\w+)(?: =|\(|$)", declaration.split(" { ")[0])
            if not re.search(r"[({=]", declaration):
                # Its getter has a body.
                declaration += " { get; }"
            if name:
                current.members.append((name[1], declaration, text))


def declared(line: str) -> str:
    """A declaration without its body and the words that are nobody's business."""
    line = re.sub(r"\s*(=>|\{(?! get| set)).*$", "", line)
    line = re.sub(r"\{ get; (?:private |internal )?(set; )?\}.*$", lambda m: "{ get; set; }" if m[1] else "{ get; }", line)
    line = line.replace("default(CancellationToken)", "default").rstrip(";").strip()
    return re.sub(r"\( ", "(", WORDS.sub("", line)).replace("public ", "", 1)


def show(type_: Type, known: set[str]) -> None:
    print(f"\n## {type_.name} {{#{type_.name}}}\n\n```csharp\n{type_.declaration}\n```\n\n{prose(type_.text, known)}\n")
    # Overloads stand together.
    methods = sorted((member for member in type_.members if "(" in member[1]), key=lambda member: member[0])
    others = [member for member in type_.members if "(" not in member[1]]
    if others:
        print("| | |\n|---|---|")
        for _, declaration, text in others:
            cell = prose(text, known).replace("\n", " ").replace("|", "\\|")
            print(f"| `{declaration}` | {cell} |")
        print()
    seen: set[str] = set()
    for name, declaration, text in methods:
        # Overloads share a heading, since a place has one name.
        if name not in seen:
            print(f"\n### {name} {{#{type_.name}.{name}}}\n")
        seen.add(name)
        print(f"```csharp\n{wrapped(declaration)}\n```\n\n{prose(text, known)}\n")


def wrapped(declaration: str) -> str:
    if len(declaration) <= 96:
        return declaration
    head, arguments = declaration.split("(", 1)
    arguments = arguments.rstrip(")")
    return f"{head}(\n    " + re.sub(r", (?![^<]*>)", ",\n    ", arguments) + ")"


def prose(xml: str, known: set[str]) -> str:
    def see(match: re.Match[str]) -> str:
        name = match[1].split("(")[0]
        owner = name.split(".")[0]
        return f"[`{name}`](#{owner})" if owner in known else f"`{name}`"

    text = re.sub(r'<see(?:also)? cref="([^"]+)" ?/>', see, xml)
    text = re.sub(r'<(?:paramref name|see langword)="([^"]+)" ?/>', r"`\1`", text)
    text = re.sub(r"</?c>", "`", text)
    text = re.sub(r"</?summary>|</?remarks>|</?para>", " ", text)
    text = re.sub(r'<param name="(\w+)">(.*?)</param>', r"\n- **`\1`** \2", text)
    text = re.sub(r"<returns>(.*?)</returns>", r"\n\nReturns: \1", text)
    text = re.sub(r'<exception cref="([^"]+)">(.*?)</exception>', r"\n- throws `\1`: \2", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = re.sub(r"\n- ", "\n\n- ", text, count=1)
    return re.sub(r" +", " ", text).strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
