"""The trusted side of the sandbox: levels, limits, and the talk with a worker."""
