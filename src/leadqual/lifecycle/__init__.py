"""Deciding: the state chart, decisions, explanations, and the policy with its verbs."""
