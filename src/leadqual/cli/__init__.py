"""The command line: `leadqual demo`, `check`, `score` and `explain`."""
