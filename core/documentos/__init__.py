"""Fiscal documents as files hold them: found in folders and archives, opened, and read in two ways.

No database, no network. `folder` finds and `files` gives the bytes, `abertura` opens them. `leitura` (with `exame`) is
what they are to Questor: kind and identity. `leitor` is what they say: the shapes of `conteudo`, by `parser`.
`validacao` and `assinatura` look at one document on demand.
"""
