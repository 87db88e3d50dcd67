"""What every connector shares: its limits, its session, its faults and their table, its secrets."""
