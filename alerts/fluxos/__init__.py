"""What is wrong with the work that beat sends."""
