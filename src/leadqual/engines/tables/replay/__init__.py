"""Where contacts stood over time: the fold over many histories at once, without a step of Python for each row."""
