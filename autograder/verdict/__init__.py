"""The verdict on one submission, taken outside of the student's process."""
