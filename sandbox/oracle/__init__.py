"""An Oracle Database in miniature: the real python-oracledb thin driver connects to it; SQLite keeps the rows."""
