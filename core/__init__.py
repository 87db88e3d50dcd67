"""What every other package may use and which itself knows nobody: settings, errors, clock, text, HTTP hygiene."""
