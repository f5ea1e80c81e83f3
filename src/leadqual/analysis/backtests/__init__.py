"""What came after the scores and stages of the past."""
