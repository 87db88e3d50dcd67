"""Deliveries: events owed to destinations."""
