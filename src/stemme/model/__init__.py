"""The network, its exported form, and the way from its scores to spans."""
