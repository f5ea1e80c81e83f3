"""Whole lists of contacts screened in one call, and counted by the reason: the verdicts of `permit`, in tables."""
