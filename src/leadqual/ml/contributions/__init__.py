"""What each feature adds to one prediction."""
