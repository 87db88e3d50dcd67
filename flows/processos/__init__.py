"""Which workers live, and what their tasks have come to: for monitors."""
