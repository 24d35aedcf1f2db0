"""Tests, and the collection of wrong solutions that they use."""
