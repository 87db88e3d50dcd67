"""Watch the SAT and MFE boxes: one status query, every alert judged, changes told."""
