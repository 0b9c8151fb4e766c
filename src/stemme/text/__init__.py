"""Languages, sentence boundaries and spaCy Docs of any text."""
