"""Reading a YAML 1.2 or JSON document into plain data that still knows its lines.

The good path only builds data. Lines and columns are worked out when the first problem asks for one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from leadqual.errors import InputError, Place, PolicyError, Problem, shown, unreadable_file
from leadqual.policy.json_text import compose_json, read_json
from leadqual.policy.nodes import Mark, Node, place_after
from leadqual.policy.yaml_text import compose_yaml, read_yaml

_MAX_BYTES: Final = 5_000_000


class _Spot(NamedTuple):
    value: Mark
    key: Mark


@dataclass(frozen=True, slots=True)
class Source:
    r"""A document as plain data, and where each part of it stands.

    Parameters
    ----------
    name : str
        The file, or ``"<text>"``.
    data : object
        Dictionaries, lists, text, numbers, booleans and None.
    text : str, optional
        What was read; without it no line is known.
    json : bool, optional
        Whether the text is JSON.

    Examples
    --------
    >>> source = parse_source("scores:\n  fit: {range: [0, 100]}\n", "sales.yaml")
    >>> source.data
    {'scores': {'fit': {'range': [0, 100]}}}
    >>> str(source.locate(["scores", "fit", "range"])), str(source.locate(["scores", "fit", "range"], key=True))
    ('sales.yaml:2:16', 'sales.yaml:2:9')
    """

    name: str
    data: Any
    text: str = field(default="", repr=False)
    json: bool = field(default=False, repr=False)
    _spots: dict[tuple[str | int, ...], _Spot] = field(default_factory=dict, init=False, repr=False, compare=False)

    def locate(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Return the place of the value at `path`, or of its nearest ancestor that exists.

        Parameters
        ----------
        path : sequence of str or int
            The way into `data`.
        key : bool, default False
            Show the key of the value, where it has one, in place of the value itself.
        """
        if not self._spots and self.text:
            root = compose_json(self.text) if self.json else compose_yaml(self.text, self.name)[0]
            if root is not None:
                self._spots.update(_spots(root, root))
        for length in range(len(path), -1, -1):
            if spot := self._spots.get(tuple(path[:length])):
                line, column = spot.key if key else spot.value
                return Place(self.name, line, column)
        return Place(self.name)


def read_source(path: str | os.PathLike[str]) -> Source:
    """Read a file: JSON if its name ends in ``.json``, otherwise YAML 1.2.

    Raises
    ------
    PolicyError
        With a problem for everything that is wrong; ``unreadable-file`` if there is no such file.
    """
    if not isinstance(path, str | os.PathLike):
        hint = "read a document that you have as text with Policy.loads(text)"
        raise InputError(Problem("wrong-type", "a file is named", Place("source"), shown(path), "a path", hint))
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise PolicyError(unreadable_file(name, error)) from None
    return parse_source(content, name, json=name.lower().endswith(".json"))


def parse_source(text: str | bytes, name: str = "<text>", *, json: bool = False) -> Source:
    r"""Read text as YAML 1.2, or as JSON if `json`.

    Parameters
    ----------
    text : str or bytes
        The document; bytes are UTF-8, with or without a byte order mark.
    name : str, default "<text>"
        What errors call the document.
    json : bool, default False
        Read JSON in place of YAML.

    Raises
    ------
    PolicyError
        With a problem for everything that is wrong, each with its line, column and a hint.

    Examples
    --------
    >>> parse_source("country: NO\nsince: 2026-11-01\nmode: 0o14").data
    {'country': 'NO', 'since': '2026-11-01', 'mode': 12}
    """
    known = _decode(text, name)
    return Source(name, read_json(known, name) if json else read_yaml(known, name), known, json)


def _decode(text: str | bytes, name: str) -> str:
    try:
        content = text.encode() if isinstance(text, str) else text
        if len(content) > _MAX_BYTES:
            limit = f"at most {_MAX_BYTES // 1_000_000} MB"
            hint = "split the policy, and keep tables of data apart from it"
            raise PolicyError(Problem("document-too-large", "too large for a policy", Place(name), None, limit, hint))
        return content.decode("utf-8-sig")
    except UnicodeEncodeError as error:
        found, before = f"half of a surrogate pair, {shown(error.object[error.start])}", error.object[: error.start]
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        before = error.object[: error.start].decode(errors="replace")
        if error.object.startswith((b"\xff\xfe", b"\xfe\xff")):
            found += ", which looks like UTF-16"
    message, hint = f"the document is not UTF-8 text: {found}", "save the document as UTF-8"
    raise PolicyError(Problem("bad-encoding", message, place_after(before, name), found, "UTF-8", hint))


def _spots(node: Node, key: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], _Spot]]:
    yield path, _Spot(*(Mark(at.start_mark.line + 1, at.start_mark.column + 1) for at in (node, key)))
    if node.id == "mapping":
        for name, value in node.value:
            yield from _spots(value, name, (*path, name.value))
    elif node.id == "sequence":
        for index, item in enumerate(node.value):
            yield from _spots(item, item, (*path, index))
