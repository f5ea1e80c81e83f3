"""`Shown`: what shows itself in a notebook as a card of its fields."""

from __future__ import annotations

import re
from typing import Any, Final

from leadqual.cards.frame import facts, framed, heading
from leadqual.cards.values import fields_of, plain, value_html

_NAMES: Final = ("id", "name", "pack", "kind", "score")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Shown:
    """A base for what shows itself in a notebook: a card of the fields that hold something."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return fields_card(self)


def fields_card(value: Any, *more: tuple[str, str, str], title: str | None = None) -> str:
    """Return a card of the fields of a model or dataclass.

    Parameters
    ----------
    value : object
        The model or dataclass.
    *more : tuple of str
        Further rows: a name, the HTML of what is said, and what is shown over the name.
    title : str, optional
        Default: the name of its type in words, and its own name.
    """
    known = {name: (held, why) for name, held, why in fields_of(value)}
    if title is None:
        own = next((name for name in _NAMES if isinstance(known.get(name, (None,))[0], str)), None)
        title = f"{words(type(value).__name__)} {plain(known.pop(own)[0])}" if own else words(type(value).__name__)
    rows = [(name.replace("_", " "), value_html(held), why) for name, (held, why) in known.items()]
    return framed(heading(title) + facts([*rows, *more]), width=48)


def words(name: str) -> str:
    """Return the name of a class as words.

    Examples
    --------
    >>> words("DoNotCall"), words("Contact"), words("CRM")
    ('Do not call', 'Contact', 'CRM')
    """
    first, *rest = _HUMP.sub(" ", name).split(" ")
    return " ".join([first, *map(str.lower, rest)])
