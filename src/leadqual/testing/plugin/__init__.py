"""The pytest plugin: the fixture `policy`, tests written as data, and what coverage and mutation ask of pytest."""
