"""What is wrong with the documents of a company."""
