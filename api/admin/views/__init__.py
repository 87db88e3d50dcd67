"""Tables of the admin: a file is one of them, found by walking."""
