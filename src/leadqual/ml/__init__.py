"""Scorers that learn: training sets that cannot see the future, calibrated models, scorecards, and honest reports."""

import lazy_loader

import leadqual.ml.libraries  # noqa: F401 - first: it says what is not installed

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
