"""What the kind email is made of: accounts and their state, one attempt, what a fault of the server means."""
