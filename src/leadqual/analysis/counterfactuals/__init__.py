"""The least that would have to happen to reach a stage."""
