"""The admin: tables that the operator looks at, searches, takes away as CSV and changes."""
