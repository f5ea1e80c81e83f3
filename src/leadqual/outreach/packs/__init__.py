"""The packs of rules that ship, one document a jurisdiction or platform."""
