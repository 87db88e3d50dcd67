"""E-mail as operators and readers meet it: accounts, a trial, the link that ends a kind of notice."""
