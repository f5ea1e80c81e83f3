"""Colours of the page and its charts, light and dark.

The eight colours of series have the hues that Masataka Okabe and Kei Ito chose so that everybody can tell them apart,
also those who do not see red, green or blue ("Color Universal Design", 2002). Their lightness is another one in each
theme, so that each stands out from its ground by 3:1, as WCAG 2.2 asks of graphics (1.4.11), and so that any two of
them differ in every kind of colour vision. Text stands out by 4.5:1 (1.4.3). Tests compute both.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

ThemeName: TypeAlias = Literal["light", "dark"]

SERIES: Final = 8
"""How many colours of series there are."""

LIGHT: Final = {
    "page": "#f4f6f8",
    "panel": "#ffffff",
    "sunk": "#eef1f4",
    "ink": "#17202b",
    "muted": "#525e6b",
    "line": "#d5dbe2",
    "grid": "#e4e8ed",
    "edge": "#7a8794",
    "accent": "#005c91",
    "c0": "#0179ab",
    "c1": "#bd8307",
    "c2": "#16a579",
    "c3": "#6c224f",
    "c4": "#005485",
    "c5": "#ae4d05",
    "c6": "#494401",
    "c7": "#636871",
}
DARK: Final = {
    "page": "#12161b",
    "panel": "#1b2027",
    "sunk": "#242b34",
    "ink": "#e8ecf1",
    "muted": "#a7b2bf",
    "line": "#343d48",
    "grid": "#2b333d",
    "edge": "#7d8a98",
    "accent": "#78c6f5",
    "c0": "#60bef3",
    "c1": "#fec979",
    "c2": "#91fed2",
    "c3": "#a0527f",
    "c4": "#187cbd",
    "c5": "#d1692c",
    "c6": "#bbb121",
    "c7": "#8d929c",
}
THEMES: Final[dict[ThemeName, dict[str, str]]] = {"light": LIGHT, "dark": DARK}
"""The colours of each theme by their names. ``c0`` to ``c7`` are those of series, in this order."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

PATTERNS: Final = ("", "/", ".", "x", "-", "\\", "|", "+")
"""What a series is filled with, so that it is not known by its colour alone."""


def token(name: str) -> str:
    """Return what stands for a colour in a drawing until its theme is known.

    Examples
    --------
    >>> token("ink")
    '@ink'
    """
    return f"@{name}"


def series(number: int) -> str:
    """Return what stands for the colour of a series; after the last colour the first one comes again.

    Examples
    --------
    >>> series(0), series(8)
    ('@c0', '@c0')
    """
    return token(f"c{number % SERIES}")


def css(theme: ThemeName) -> str:
    """Return the colours of a theme as properties of a style sheet.

    Examples
    --------
    >>> css("dark")[:14]
    '--page:#12161b'
    """
    return ";".join(f"--{name}:{colour}" for name, colour in THEMES[theme].items())
