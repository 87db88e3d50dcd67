"""The `esteira` command: one file per noun."""
