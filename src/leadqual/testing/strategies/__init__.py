"""Strategies for Hypothesis: contacts, interactions, histories, instants, conditions and policies.

Given a policy they know what it reads: values just below, at and just above each threshold, each listed value and one
that is listed nowhere, and what is missing; instants at the edges of its windows and at its reviews.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
