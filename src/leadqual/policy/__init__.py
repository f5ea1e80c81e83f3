"""The policy as a document: its parts, reading it, and every problem of it."""
