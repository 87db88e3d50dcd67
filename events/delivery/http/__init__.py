"""What the kinds of destination that speak HTTP share: the request, its answer, and what that means."""
