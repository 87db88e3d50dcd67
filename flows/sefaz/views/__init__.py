"""What people see of distribution: each file the read models of one subject."""
