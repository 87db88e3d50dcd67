"""The cards of the page, found by walking: one more is one file here and its template of the same name."""
