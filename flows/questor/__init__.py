"""Send a folder of fiscal files to Questor Zen: scan, send, report."""
