"""What a fitted model offers to be kept: saving, loading, and its card."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

from leadqual.ml.saving.card import ModelCard, card_of, model_html
from leadqual.ml.saving.content import content_of, restored
from leadqual.ml.saving.files import check_name, read_model, write_model

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation


class Kept:
    """Saving and loading of a model, its card, and how it shows itself."""

    def _repr_html_(self) -> str:
        return model_html(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        # scikit-learn has one of its own, with colours of its own and scripts, which would go before the above.
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def save(self, path: str | PathLike[str], report: Evaluation | None = None) -> None:
        """Write the model to a file of skops, which runs no code when it is read.

        It holds what the model is made of, the description of its training, the policy as text, and versions. A file
        that is there already stays as it was if anything fails.

        Parameters
        ----------
        path : str or path
            The file; its name ends in ``.skops``.
        report : Evaluation, optional
            How well the model did on later rows; its figures are kept, and stand in the card.

        Raises
        ------
        InputError
            If the file cannot be written, or something of the model cannot be kept (code ``not-savable``), such as a
            policy with scorer objects.
        """
        check_name(path)
        write_model(path, content_of(self, report))

    @classmethod
    def load(cls, path: str | PathLike[str], *, trusted: Iterable[str | type] = ()) -> Self:
        """Return the model that was saved; it gives the same probabilities to the last bit.

        Parameters
        ----------
        path : str or path
            The file; its name ends in ``.skops``.
        trusted : iterable of str or type
            Types that may be made from the file, beyond the plain ones of scikit-learn, numpy and scipy. What a file
            can make of a type that is trusted is not checked: trust only files whose maker you know.

        Raises
        ------
        InputError
            If the file needs types that are not trusted (code ``untrusted-types``), or another version
            (``other-version``); if it is no model that was saved (``not-a-model``), or is damaged (``damaged-file``).

        Warns
        -----
        VersionWarning
            If it was saved with another version of scikit-learn: probabilities may differ.
        """
        model: Self = restored(cls, *read_model(path, trusted), str(path))
        return model

    def card(self, report: Evaluation | dict[str, Any] | None = None) -> ModelCard:
        """Return the card of the model: what it is for and what not, its data, its figures and its limits.

        Parameters
        ----------
        report : Evaluation, optional
            How well the model did on later rows; by default what it was saved with.
        """
        return card_of(self, report)
