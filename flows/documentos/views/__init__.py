"""Documents as people and the API see them: one file for each noun, plain values, for a caller."""
