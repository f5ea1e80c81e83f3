"""Decide by rules that people can read and test how ripe a lead is, and say why.

``import leadqual as lq`` brings the names that ``__init__.pyi`` lists, each loaded when it is first used: an
application that starts, or a command that only prints its help, does not wait for models that it does not touch.
Nothing here loads a dataframe library, scikit-learn, plotting or hypothesis.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
