"""Destinations: where events go."""
