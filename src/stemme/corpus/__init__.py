"""Gold records: markup, validation, splits."""
