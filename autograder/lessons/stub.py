"""What a learner finds in place of a solution.

An unsolved function returns None, so that *Restart and run all* passes and the check
says calmly that it waits.
"""

CODE_STUB = "# your lines here\npass"
TEXT_STUB = "Your answer:"
