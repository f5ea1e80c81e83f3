"""The sections of a report, each in a file of its own: what is told, with figures whose numbers are few."""
