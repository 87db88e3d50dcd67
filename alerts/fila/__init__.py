"""What is wrong with a queue table of service orders, by the last look at it."""
