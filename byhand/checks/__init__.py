"""The check: call, compare with Keras, name the mistake, report."""
