"""From the cells of a column to values, each in one way; what has two readings is refused."""
