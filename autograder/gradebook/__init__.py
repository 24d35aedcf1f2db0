"""Everything that speaks to nbgrader's database and its converters."""
