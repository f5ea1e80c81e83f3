"""Policies over tables: pandas, Polars (lazy too), PyArrow, DuckDB and PySpark in, the same kind out."""

import leadqual.frames.libraries  # noqa: F401 - first: it says what is not installed
from leadqual.frames.decide import decide
from leadqual.frames.evaluate import evaluate
from leadqual.frames.io import read_contacts, read_interactions
from leadqual.frames.models import from_models, to_models
from leadqual.frames.outside import SlowScorerWarning
from leadqual.frames.replay import replay, standings
from leadqual.frames.score import score
from leadqual.frames.streams.replay_files import ReplayedFiles, replay_files
from leadqual.frames.streams.score_files import ScoredFiles, score_files
from leadqual.frames.write import write

__all__ = [
    "ReplayedFiles",
    "ScoredFiles",
    "SlowScorerWarning",
    "decide",
    "evaluate",
    "from_models",
    "read_contacts",
    "read_interactions",
    "replay",
    "replay_files",
    "score",
    "score_files",
    "standings",
    "to_models",
    "write",
]
