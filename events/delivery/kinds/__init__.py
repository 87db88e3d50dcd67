"""One file per kind of destination, found by walking: each has its `KIND`. See `events/delivery/kind.py`."""
