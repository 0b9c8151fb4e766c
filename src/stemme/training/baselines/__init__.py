"""What simple methods reach on the same splits: the figures that a model has to be held against.

Each baseline is a few lines on a known library, learns from the training split alone and is measured by the same
code as the model (`stemme baselines`). None is tuned on anything.
"""
