"""Marking written answers: all answers to one question beside its mark scheme."""
