"""What people read in their mail: one file per notice in `avisos/`, and the templates that all of them share."""
