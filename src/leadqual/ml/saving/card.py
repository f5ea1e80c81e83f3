"""Model cards: what a model is for, what it was made from, how well it does, and where it ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from leadqual.analysis.sheets import Sheet, as_html
from leadqual.cards.frame import as_written, framed, heading
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.write import WholeFiles
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.saving.card_figures import figure_sheets
from leadqual.ml.saving.card_text import (
    feature_sheets,
    head_of,
    limit_sheets,
    purpose_sheets,
    training_sheets,
    version_sheet,
)

_MARKDOWN: Final = (".md", ".markdown")
_SPECIAL: Final = re.compile(r"([\\`*_<>\[\]|#])")


@dataclass(frozen=True)
class ModelCard:
    """What a model is for, what it was made from, how well it does, and where it ends.

    `str` gives it as Markdown; `save` writes that to a file.

    Parameters
    ----------
    head : tuple of str
        Its title, and what is said first.
    sheets : tuple of Sheet
        Its parts.
    """

    head: tuple[str, ...]
    sheets: tuple[Sheet, ...]

    def __str__(self) -> str:
        """Return the card as Markdown."""
        title, *said = self.head
        return "\n".join([f"# {_plain(title)}", *(f"\n{_plain(line)}" for line in said), *_parts(self.sheets), ""])

    def _repr_html_(self) -> str:
        return as_html(self.head, self.sheets)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the card as Markdown; raise `InputError` if the name ends otherwise, or cannot be written.

        Parameters
        ----------
        path : str or path
            The file; its name ends in ``.md``.
        """
        if Path(path).suffix.lower() not in _MARKDOWN:
            message, expected = "a card is written as Markdown", ", ".join(_MARKDOWN)
            raise InputError(Problem("unknown-format", message, Place(str(path)), Path(path).suffix, expected))
        with WholeFiles() as files:
            files.for_target(path).write_text(str(self), encoding="utf-8")


def card_of(model: Any, report: Any) -> ModelCard:
    """Return the card of a fitted model; see `leadqual.ml.PropensityModel.card`."""
    check_is_fitted(model)
    if report is not None and not isinstance(report, Evaluation):
        hint = "what model.evaluate(...) returns"
        raise InputError(Problem("wrong-type", "this is no report", Place("report"), shown(report), hint=hint))
    figures = model.evaluation_ if report is None else report.to_dict()
    sheets = (
        *purpose_sheets(model),
        *figure_sheets(model, figures),
        *training_sheets(model),
        *limit_sheets(model, figures),
        *feature_sheets(model),
        version_sheet(),
    )
    return ModelCard(tuple(head_of(model)), sheets)


def model_html(model: Any) -> str:
    """Return a model as one piece of HTML without scripts: what it is, and its card folded away."""
    try:
        card = card_of(model, None)
    except NotFittedError:
        return framed(heading(type(model).__name__, ["not fitted yet"]) + as_written(repr(model)))
    title, *said = card.head
    return as_html([title.replace("Model card", type(model).__name__), *said], card.sheets, shown=0)


def _parts(sheets: Sequence[Sheet]) -> Iterator[str]:
    for sheet in sheets:
        yield f"\n## {_plain(sheet.title)}"
        yield from (f"\n{_plain(line)}" for line in sheet.lines)
        if sheet.columns:
            yield ""
            yield from _table(sheet)
        if sheet.points:
            yield ""
            yield from (f"- {_plain(point)}" for point in sheet.points)
        yield from (f"\n{_plain(remark)}" for remark in sheet.remarks)


def _table(sheet: Sheet) -> Iterator[str]:
    numbers = [index > 0 and all(_is_number(row[index]) for row in sheet.rows) for index in range(len(sheet.columns))]
    yield _row([_plain(name) for name in sheet.columns])
    yield _row(["---:" if right else "---" for right in numbers])
    for row in sheet.rows:
        yield _row([_cell(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) or str(cell)[:1] in "-.0123456789"


def _cell(cell: object) -> str:
    """Return a cell; an expression stands as code."""
    text = f"{cell:,}" if isinstance(cell, int) else str(cell)
    if not re.search(r"[_*<>\[\]()|]", text) or "`" in text:
        return _plain(text)
    return f"`{text.replace('|', chr(92) + '|')}`"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
