"""Scorers judged: one report, side by side on the same rows."""
