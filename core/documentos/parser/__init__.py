"""What fiscal documents say: one file for each kind, found by the root in `tabela`.

Elements are read by local name, those of the root's namespace first; one of another namespace is read and told.
docs/reference/contracts/sefaz.md §8.
"""
