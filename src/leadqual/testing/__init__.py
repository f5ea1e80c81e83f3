"""Tests for policies: cases in Python or as data, properties, strategies, coverage and mutation.

Nothing here needs pytest. Only the strategies, the state machine and the properties need Hypothesis (the extra
``testing``), and they are loaded when they are first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
