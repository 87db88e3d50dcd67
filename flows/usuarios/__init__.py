"""Users: who owns webhooks, companies and documents."""
