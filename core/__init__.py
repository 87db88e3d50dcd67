"""What every other package may use and which imports none of them: settings, errors, clock, text, HTTP."""
