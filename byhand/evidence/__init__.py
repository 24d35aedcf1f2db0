"""Evidence on a mistake that has no name: its wiring, its place, its line.

Each kind is true by construction: wiring is read from the learner's own function by
impulses, a place comes from the frame of an exception, a line is verified by running.
"""
