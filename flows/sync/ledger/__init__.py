"""What was sent, is being sent, or waits: one shape, in MongoDB or in our own database."""
