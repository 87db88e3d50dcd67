"""Every setting: one module per section, found by walking; `load.py` reads them, `reference.py` writes them down."""
