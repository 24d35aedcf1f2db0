"""Python runs this first where it is found: from here on nobody imports byhand."""

import sys


class Blocker:
    """Asked before all others."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("byhand", "tensorflow", "keras"):
            raise ImportError(f"{name} must not be needed")


sys.meta_path.insert(0, Blocker())
