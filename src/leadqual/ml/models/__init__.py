"""Models of how likely a contact converts: estimators, their encoding, and the calibration of probabilities."""
