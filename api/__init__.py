"""Who asks: the HTTP API."""
