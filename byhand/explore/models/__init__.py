"""From a setting to numbers: one module per explorer, no HTML and no widgets."""
