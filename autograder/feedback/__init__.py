"""What students read after grading: one page for each submission."""
