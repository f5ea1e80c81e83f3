"""The changes that are made, by what they change."""
