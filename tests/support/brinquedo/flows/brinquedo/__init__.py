"""A toy flow."""
