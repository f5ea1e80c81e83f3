"""How colours differ: the contrast of WCAG, and how far apart two are in each kind of colour vision."""

from __future__ import annotations

import math
from collections.abc import Sequence

VISIONS: dict[str, Sequence[Sequence[float]]] = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    # Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision
    # Deficiency", the matrices of severity 1.
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> list[float]:
    """Return red, green and blue of ``#rrggbb`` as amounts of light."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2: from 1 to 21."""
    red, green, blue = 0.2126, 0.7152, 0.0722
    light = [sum(a * b for a, b in zip((red, green, blue), linear(colour), strict=True)) for colour in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def mixed(colour: str, ground: str, strength: float) -> str:
    """Return what a colour that lets its ground shine through looks like."""
    pairs = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(over * strength + under * (1 - strength)):02x}" for over, under in pairs)


def apart(one: str, other: str, vision: str) -> float:
    """Return how far apart two colours are for a kind of colour vision, in hundredths of the length of Oklab."""
    return 100 * math.dist(_oklab(one, vision), _oklab(other, vision))


def _oklab(colour: str, vision: str) -> list[float]:
    light = linear(colour)
    seen = [min(1.0, max(0.0, _times(row, light))) for row in VISIONS[vision]]
    cones = [
        _times(row, seen) ** (1 / 3)
        for row in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    ]
    return [
        _times(row, cones)
        for row in (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        )
    ]


def _times(row: Sequence[float], column: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(row, column, strict=True))
