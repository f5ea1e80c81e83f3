"""The page of a report: one file that opens without a network, and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from leadqual.cards.values import rounded
from leadqual.report import cells
from leadqual.report.about import About, Tile
from leadqual.report.charts.draw import drawn
from leadqual.report.charts.theme import THEMES, css
from leadqual.report.section import Card, Figure, Section
from leadqual.report.words import day, moment

_ASSETS: Final = "assets"


@dataclass(frozen=True)
class _Table:
    """The numbers of a figure, as texts."""

    columns: list[tuple[str, bool]]
    rows: list[list[str]]


def page(about: About, tiles: Sequence[Tile], sections: Sequence[Section]) -> str:
    """Return the page of a report."""
    scripts = {"early": _asset("early.js"), "plotly": _plotly(), "late": _asset("page.js")}
    charts = {
        f"{section.name}.{figure.name}": drawn(figure.chart, about.zone)
        for section in sections
        for figure in section.figures
    }
    return _template().render(
        about=about,
        tiles=tiles,
        sections=sections,
        facts=_facts(about),
        seen=moment(about.at, about.zone),
        table=lambda figure: _table(figure, about.zone),
        widths=_widths,
        points=_points,
        style=Markup(_style()),
        scripts={name: Markup(script) for name, script in scripts.items()},
        allowed=Markup(" ".join(_digest(script) for script in scripts.values())),
        data=Markup(_json({"themes": THEMES, "charts": charts})),
        made_by=_made_by(),
    )


def _facts(about: About) -> list[tuple[str, str]]:
    """Return what stands under the heading, each with its name."""
    return [
        ("Policy", f"{about.policy} {about.version}"),
        ("Content hash", about.digest[:12]),
        ("Contacts", f"{about.contacts:,}"),
        ("Interactions", f"{about.interactions:,}"),
        ("Time zone", str(about.zone)),
        ("Shown over time since", day(about.since, about.zone)),
        ("Changes since", day(about.before, about.zone)),
    ]


def _table(figure: Figure, zone: ZoneInfo) -> _Table:
    columns = [(cells.heading(column.name), cells.is_number(column)) for column in figure.table.iter_columns()]
    return _Table(columns, cells.rows(figure.table, zone))


def _widths(card: Card) -> list[int]:
    """Return for each reason of a card how long its bar is, in percent."""
    points = [abs(reason.points or 0.0) for reason in card.reasons]
    most = max(points, default=0.0) or 1.0
    return [round(100 * value / most) for value in points]


def _points(value: float) -> str:
    """Return points with their sign, rounded to what matters."""
    return rounded(value, 3, signed=True)


def _json(value: Any) -> str:
    """Return JSON that can stand in a page: nothing in it can end the element it stands in."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _style() -> str:
    light, dark = css("light"), css("dark")
    return (
        f":root{{{light};color-scheme:light}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark};color-scheme:dark}}}}\n"
        f":root[data-theme=light]{{{light};color-scheme:light}}\n"
        f":root[data-theme=dark]{{{dark};color-scheme:dark}}\n"
        f"@media print{{:root,:root[data-theme]{{{light};color-scheme:light}}}}\n"
    ) + _asset("page.css")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("page.html.j2"))


@cache
def _asset(name: str) -> str:
    return files("leadqual.report").joinpath(_ASSETS, name).read_text("utf-8")


@cache
def _plotly() -> str:
    # A page reads every line break as a line feed, and so must whoever computes the digest of a script in it.
    script: str = get_plotlyjs()
    return script.replace("\r\n", "\n").replace("\r", "\n").replace("</script", r"<\/script")


@cache
def _digest(script: str) -> str:
    """Return what allows a script in a policy of content security."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _made_by() -> str:
    try:
        return f"leadqual {version('leadqual')}"
    except PackageNotFoundError:
        return "leadqual"
