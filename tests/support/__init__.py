"""What several tests use: servers of our own."""
