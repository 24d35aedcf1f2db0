"""What answers in Keras's place where Keras isn't installed, with NumPy alone.

``stand_in.keras()`` and ``stand_in.tensorflow()`` have what the course uses of both.
Every layer is a tensor product: ``np.einsum`` of the input, the weights and, for each
axis, an array of 0 and 1 that says which output reads which input through which tap.
None of this is the loop that a lesson asks for.
"""
