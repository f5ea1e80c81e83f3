"""Whether the world still is as it was when a model was fitted: features, scores, and what came of it."""
