"""What a funnel did, what a policy would have done, and what comes next: reports over replayed histories."""

import lazy_loader

import leadqual.frames.libraries  # noqa: F401 - first: it says what is not installed

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
