"""A class, from the files received to the grades saved."""
