"""Whom may we reach, how, when, and about what: permission, rules as data, registries, and what to do next.

Facts about laws come with their source and how sure they are. They are **not legal advice**.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
