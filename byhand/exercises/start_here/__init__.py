"""Lesson 00: run a check, read its report, correct one line, answer ten questions."""
