"""What of a policy its tests look at: rules, parts of conditions, thresholds, transitions, stages and grades."""
