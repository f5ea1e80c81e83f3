"""YAML 1.2 text as plain data, and as nodes when lines are asked for."""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType
from typing import Any, Final

from leadqual.errors import Place, PolicyError, Problem
from leadqual.policy.nodes import MAX_DEPTH, NULL, Node, build, empty, place_after, too_deep

_SEVERAL: Final = "expected a single document in the stream"
_DEEP: Final = "nested too deep"
_HINT: Final = "check the indentation, and quote text that starts with a quotation mark or holds ': ' or ' #'"
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_yaml(text: str, name: str) -> Any:
    """Return the data of YAML text; raise `PolicyError` with every problem."""
    root, size = compose_yaml(text, name)
    if root is None or (root.tag == NULL and not root.value):
        raise empty(name)
    return build(root, name, size)


def compose_yaml(text: str, name: str) -> tuple[Node | None, int]:
    """Return the outermost node of YAML text, if there is one, and how many nodes were written."""
    yaml = yaml_core()[0]
    try:
        loader = _loader()(text)
        return loader.get_single_node(), loader.composed
    except yaml.reader.ReaderError:
        raise PolicyError(_unprintable(text, name)) from None
    except yaml.MarkedYAMLError as error:
        raise _error(error, text, name) from None
    except (ValueError, OverflowError) as error:  # the loader without libyaml on escapes such as "\UFFFFFFFF"
        raise PolicyError(Problem("bad-yaml", f"the document is not valid YAML: {error}", Place(name))) from None


@cache
def yaml_core() -> tuple[ModuleType, ModuleType]:
    """Return the modules yaml and yamlcore, imported on first use.

    Together they cost about 33 ms beside about 290 ms for pydantic and statemachine, more than a third of the
    30 % that `import leadqual` may add; a policy in JSON or built in Python never needs them.
    """
    import yaml  # noqa: PLC0415

    if yaml.__with_libyaml__:
        import yamlcore  # noqa: PLC0415

        return yaml, yamlcore
    # yamlcore 0.0.4 names PyYAML's C classes while it is imported, whether or not they exist.
    vars(yaml).update(CBaseLoader=yaml.BaseLoader, CBaseDumper=yaml.BaseDumper)
    try:
        import yamlcore  # noqa: PLC0415
    finally:
        del yaml.CBaseLoader, yaml.CBaseDumper
    return yaml, yamlcore


@cache
def _loader() -> type[Any]:
    yaml, yamlcore = yaml_core()

    class Loader(yamlcore.CCoreLoader):  # type: ignore[misc, name-defined]  # CoreLoader itself without libyaml
        # The composer recurses in C, where 100,000 brackets end the process; it calls these two at every node.
        # One level more than allowed, for the scalars in the innermost list.
        depth = 0
        composed = 0

        def descend_resolver(self, parent: Node | None, index: object) -> None:
            self.depth += 1
            self.composed += 1
            if self.depth > MAX_DEPTH + 1 and parent is not None:
                raise yaml.composer.ComposerError(_DEEP, parent.start_mark, None, parent.start_mark)

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


def _error(error: Any, text: str, name: str) -> PolicyError:
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    if error.context == _DEEP:
        return too_deep(place)
    if error.context == _SEVERAL:
        hint = "keep one document a file; a line of --- starts another"
        return PolicyError(Problem("several-documents", "there is more than one document", place, hint=hint))
    message = f"the document is not valid YAML: {error.problem}"
    if error.context and error.context_mark:
        message += f" ({error.context} that begins at line {error.context_mark.line + 1})"
    return PolicyError(Problem("bad-yaml", message, place, hint=_hint(error, text[mark.index :][:1], text, mark)))


def _hint(error: Any, character: str, text: str, mark: Any) -> str:
    line = text[text.rfind("\n", 0, mark.index) + 1 :].split("\n", 1)[0]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces: YAML allows no tabs there"
    if character and character in "@`%*&!":
        return f"put text that starts with {character} in quotes"
    if "mapping values" in error.problem:
        return "put text that holds ': ' in quotes"
    if error.context_mark and "quoted" in (error.context or ""):
        return f"close the quotation mark that opens at line {error.context_mark.line + 1}"
    return _HINT


def _unprintable(text: str, name: str) -> Problem:
    match = _UNPRINTABLE.search(text)
    found = f"U+{ord(match[0]):04X}" if match else None
    place = place_after(text[: match.start()], name) if match else Place(name)
    hint = 'remove it, or write it as an escape such as "\\u0007" in double quotes'
    return Problem("bad-yaml", f"a control character ({found}) cannot stand in YAML", place, found, None, hint)
