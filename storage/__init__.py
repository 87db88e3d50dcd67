"""What stays: models, sessions, leases, encryption, migrations. The database is the truth of the platform."""
