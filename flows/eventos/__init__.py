"""Events: what may happen, and what did."""
