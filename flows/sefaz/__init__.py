"""Distribution by SEFAZ: ask for what was issued to a company, by the service's rules, and store it."""
