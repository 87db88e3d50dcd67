"""`make docs`: what is derived from declarations is written, never typed. A test compares.

Each module beside this one has `FILES`: the path of a file from the root, and what turns its text into the new one.
"""
