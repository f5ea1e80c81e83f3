"""The command line: `leadqual demo`, `check`, `score`, `explain`, `replay`, `diff`, `backtest` and `permit`."""
