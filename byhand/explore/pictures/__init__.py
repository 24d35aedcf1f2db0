"""From numbers to a figure: one module per explorer, no widgets and no arithmetic."""
