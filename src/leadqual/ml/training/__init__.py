"""From two tables to rows that a model can learn from: features of then, and what came after."""
