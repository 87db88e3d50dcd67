"""The tables, one module for each room; who needs a table imports its room (all of them: `storage.metadata`)."""
