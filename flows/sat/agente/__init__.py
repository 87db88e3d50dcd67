"""The agent of boxes that the centre cannot reach: reads them where they stand, keeps what it read, sends it on.

Nothing here needs a database or a broker.
"""
