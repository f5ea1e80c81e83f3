"""Pages for people: what a funnel did, who waits, where leads come from, the best of them, and whom we may reach.

Install it with ``pip install 'leadqual[report]'``.
"""

import lazy_loader

import leadqual.report.libraries  # noqa: F401 - first: it says what is not installed

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
