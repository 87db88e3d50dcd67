"""Fiscal documents as files hold them: found in folders and archives, their text, kind and identity.

No database, no network. `exame.examine` looks at what `folder.walk` found; `leitura` judges bytes.
"""
