"""Courses of nbgrader's own, as others publish them; nothing of byhand is in them."""
