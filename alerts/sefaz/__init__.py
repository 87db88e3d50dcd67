"""What is wrong with the consultations of a company."""
