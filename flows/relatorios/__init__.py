"""What people get by mail at their hour: the report of a day, and that a certificate ends."""
