"""What goes wrong in a user's hands: every message says what was found, what is allowed and the remedy."""

from __future__ import annotations


class StemmeError(Exception):
    """A problem with the input or the installation that the user can mend; its text is shown as it is."""


class UsageError(StemmeError):
    """A wrong call: an option, a column or a path that cannot be meant. The command line exits with 2."""
