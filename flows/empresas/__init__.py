"""Companies: whose documents a user keeps."""
