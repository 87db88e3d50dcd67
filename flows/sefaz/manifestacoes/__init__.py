"""Events of the recipient: owed as rows, sent in lots, and what a note waits for.

docs/reference/contracts/sefaz.md §4.
"""
