"""Tests of grading: honest work keeps its points, and nothing else earns any."""
