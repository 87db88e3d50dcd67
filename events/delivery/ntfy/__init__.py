"""What the kind ntfy is made of: the message it publishes, and the proof that it was published."""
