"""Scorers: a policy's rules, a fitted model, a blend of others."""
