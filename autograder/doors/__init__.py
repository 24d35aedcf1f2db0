"""The ways in: a package for learners, buttons that open a notebook elsewhere."""
