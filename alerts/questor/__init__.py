"""What is wrong with a lot of documents, or with the account that it is sent to."""
