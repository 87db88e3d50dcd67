"""What is wrong with the certificate of a company."""
