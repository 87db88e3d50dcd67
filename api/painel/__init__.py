"""The page on which people see the whole line, live: `/painel`. A file of `panels/` is one of its cards."""
