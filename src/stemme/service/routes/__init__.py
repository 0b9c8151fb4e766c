"""The paths, one subject a file."""
