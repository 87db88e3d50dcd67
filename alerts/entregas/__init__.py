"""What is wrong with a destination."""
