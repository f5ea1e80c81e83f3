"""What a data scientist should know, and what is no reason to stop: warnings with names of their own."""

from __future__ import annotations


class LearningWarning(UserWarning):
    """Something about data or a model that may mislead."""


class UndatedWarning(LearningWarning):
    """Nothing tells when the rows of a table were known, so nobody can vouch that a feature came before the outcome."""


class LeakWarning(LearningWarning):
    """A feature predicts the outcome too well to have been known before it."""


class FewConversionsWarning(LearningWarning):
    """There are so few conversions that a plainer model was fitted."""


class VersionWarning(LearningWarning):
    """A saved model was made by another version of a library."""
