"""What the kind rabbitmq is made of: what is said of it, the message, one kept connection, and who uses it."""
