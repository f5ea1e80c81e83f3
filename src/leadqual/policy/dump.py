"""Plain data written as YAML 1.2 that people like to read."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from leadqual.policy.yaml_text import yaml_core

_WIDTH: Final = 120
_FLOW: Final = 104  # a leaf longer than this, with its indentation, would not fit in a line


def dump_yaml(data: Any) -> str:
    """Return data as YAML 1.2 text that `parse_source` reads back as the same data.

    Keys keep their order, and a short leaf such as a rule stands in one line.

    Parameters
    ----------
    data : object
        Dictionaries with text keys, lists, text, finite numbers, booleans and None.

    Examples
    --------
    >>> print(dump_yaml({"name": "b2b", "scores": {"fit": {"range": [0, 100], "note": "1e3"}}}), end="")
    name: b2b
    scores:
      fit:
        range: [0, 100]
        note: '1e3'
    """
    yaml, _ = yaml_core()
    text: str = yaml.dump(
        data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
    return text


@cache
def _dumper() -> type[Any]:
    _, yamlcore = yaml_core()

    class Dumper(yamlcore.CoreDumper):  # type: ignore[misc, name-defined]
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def serialize(self, node: Any) -> None:
            if node.id != "scalar" and node.value:
                node.flow_style = False  # a document is never one line of braces
            super().serialize(node)

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, indentless=False)  # items stand indented under their key

        def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
            node = super().represent_sequence(tag, sequence, flow_style)
            node.flow_style = node.flow_style and sum(len(item.value) + 2 for item in node.value) <= _FLOW
            return node

        def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
            node = super().represent_mapping(tag, mapping, flow_style)
            length = sum(len(key.value) + len(value.value) + 4 for key, value in node.value)
            node.flow_style = node.flow_style and length <= _FLOW
            return node

        def represent_text(self, text: str) -> Any:
            return self.represent_scalar("tag:yaml.org,2002:str", text, _style(text))

    Dumper.add_representer(str, Dumper.represent_text)
    return Dumper


def _style(text: str) -> str | None:
    if text == "<<":
        return "'"  # unquoted it would read as a merge key
    if text.isprintable():
        return None
    lines = text.split("\n")
    neat = len(lines) > 1 and lines[0] != "" and all(line.isprintable() and line == line.strip() for line in lines)
    return "|" if neat else '"'
