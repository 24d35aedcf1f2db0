"""Evidence on a mistake that has no name: its wiring, its place, its line."""
