"""What is mounted into the sandbox: it uses the standard library and NumPy alone.

Nothing in here knows a test, an expected value or a path of the machine outside.
"""
