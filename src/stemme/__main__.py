"""`python -m stemme` is the command line."""

from stemme.cli import main

main()
