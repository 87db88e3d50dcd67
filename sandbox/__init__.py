"""The outside in miniature: small strict servers that answer like the real systems, with their faults."""
