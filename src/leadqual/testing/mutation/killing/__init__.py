"""Whether a test notices a change: which tests could, and whether one does."""
