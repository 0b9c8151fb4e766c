"""Tasks for annotators in Label Studio, and gold records of what they said."""
