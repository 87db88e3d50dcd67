"""What people change by hand: who, when, what it was before and after."""
