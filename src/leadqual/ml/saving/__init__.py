"""Models in files that run no code when they are read, and model cards."""
