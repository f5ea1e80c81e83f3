"""Leads qualified behind HTTP: an append-only log of interactions, and where every contact stands."""
