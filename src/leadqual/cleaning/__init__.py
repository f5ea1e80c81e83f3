"""Contacts that are one person: found, reviewed, merged, and put apart again.

A merge is the union of the interactions, never a sum of scores: the merged contact is decided afresh.
"""

import lazy_loader

import leadqual.frames.libraries  # noqa: F401 - first: it says what is not installed

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
