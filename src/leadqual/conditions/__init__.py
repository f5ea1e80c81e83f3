"""The language of conditions: nodes, text, handles, and the check against the catalogue."""
