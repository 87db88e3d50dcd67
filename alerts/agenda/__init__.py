"""What is wrong with the jobs that run by the clock."""
