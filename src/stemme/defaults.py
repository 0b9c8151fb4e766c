"""Defaults that several rooms share; imports nothing, so that the command line stays quick."""

BATCH_SIZE = 32
"""Windows of text that the network takes at once."""
