"""`esteira sefaz`: what SEFAZ distributes; each file beside `noun.py` declares some of its commands."""
