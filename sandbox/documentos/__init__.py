"""Made-up fiscal documents with valid keys and check digits, for tests, the demonstration and measurements.

Of string templates, for hundreds of thousands are made. Nobody's real document.
"""
