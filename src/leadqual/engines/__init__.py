"""The meaning of conditions, scores and stages: the slow reference, and the compiled engine for one contact."""
