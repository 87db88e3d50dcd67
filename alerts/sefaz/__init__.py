"""What is wrong with the consultations of a company, or soon too late for what it says of notes."""
