"""A1 certificates: by which the SEFAZ knows a company."""
