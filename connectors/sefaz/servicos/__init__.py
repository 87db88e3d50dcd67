"""Services of distribution, one file each: a module here has a `SERVICO`."""
