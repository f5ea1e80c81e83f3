"""Mutation testing of policies: one change at a time, and whether a test notices."""
