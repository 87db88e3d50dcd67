"""The parts of the demonstration: one file per outside system, found by walking."""
