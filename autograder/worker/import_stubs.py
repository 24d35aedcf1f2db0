"""Modules that a notebook may import while a verdict is taken, and may not use.

Importing TensorFlow costs a student nothing; calling it raises a sentence. What only
shows things (IPython, widgets, plots) does nothing, and quickly. The real packages are
not in the sandbox, so there is nothing to find behind these.
"""

import importlib.abc
import importlib.machinery
import sys
import types

from byhand.checks import by_hand

BY_HAND = "by hand: write this with NumPy; {} is not here while a verdict is taken"

REFUSED = frozenset(
    "tensorflow keras torch torchvision torchaudio scipy jax jaxlib flax sklearn "
    "skimage cv2 theano cupy mxnet paddle tensorflow_probability onnxruntime autograd "
    "tinygrad numba pandas seaborn".split()
)
QUIET = frozenset(
    "IPython ipywidgets ipykernel nbgrader nbformat jupyter_client traitlets plotly "
    "widgetsnbextension google psutil".split()
)
# set-up that honest code does beside an import: it passes and does nothing
SETUP = frozenset(
    "set_seed manual_seed set_random_seed get_logger setLevel set_verbosity set_floatx "
    "disable_eager_execution enable_eager_execution disable_interactive_logging "
    "set_default_dtype set_printoptions list_physical_devices is_available".split()
)


class Refused:
    """An attribute of a module that isn't here: naming it is free, using it is not."""

    def __init__(self, path):
        self.__dict__["_path"] = path

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Refused(f"{self._path}.{name}")

    def __call__(self, *args, **kwargs):
        """Refuse, unless it is a set-up call beside an import."""
        if self._path.rpartition(".")[2] in SETUP:
            return Quiet()
        raise RuntimeError(BY_HAND.format(self._path))

    def __mro_entries__(self, bases):
        return ()

    def __repr__(self):
        return f"<{self._path}: not here while a verdict is taken>"


class Quiet:
    """Something that shows: it takes any call, and gives itself back."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        """Take any call."""
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __bool__(self):
        return False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __mro_entries__(self, bases):
        return ()


class StandIn(types.ModuleType):
    """A module whose every attribute comes from ``make(path)``."""

    def __init__(self, name, make):
        super().__init__(name, "Stands in for a package while a verdict is taken.")
        self.__dict__["_make"] = make
        self.__path__ = []
        self.__version__ = "0"

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._make(f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Find the stand-ins, whatever submodule is asked for."""

    def find_spec(self, name, path=None, target=None):
        """Answer for the packages of the two lists, and for tqdm."""
        if name.partition(".")[0] in REFUSED | QUIET | {"tqdm"}:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Make the stand-in."""
        root = spec.name.partition(".")[0]
        if root in REFUSED:
            return StandIn(spec.name, Refused)
        module = StandIn(spec.name, lambda path: Quiet())
        if root == "tqdm":
            module.tqdm, module.trange = Progress, _trange
        return module

    def exec_module(self, module):
        """Nothing runs."""


class Progress:
    """A progress bar that only passes its items on."""

    def __init__(self, iterable=(), *args, **kwargs):
        self.iterable = iterable

    def __iter__(self):
        return iter(self.iterable)

    def __len__(self):
        return len(self.iterable)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None

    @staticmethod
    def write(*args, **kwargs):
        """Print nothing."""


def _trange(*args, **kwargs):
    return Progress(range(*args))


def install():
    """Put the stand-ins in place, and the loops of NumPy out of reach."""
    sys.meta_path.insert(0, Finder())
    _refuse_numpy_loops()
    _refuse_picture_filters()


def _refuse_numpy_loops():
    """Replace np.convolve and np.correlate everywhere that NumPy keeps them."""
    for space, name in list(by_hand.of_numpy()):
        space[name] = by_hand.refusing(f"np.{name}")


def _refuse_picture_filters():
    """Pillow comes with matplotlib; its filters convolve."""
    import PIL.Image

    refused = by_hand.refusing("PIL filter")
    PIL.Image.Image.filter = refused
    core = PIL.Image.core
    for owner, name in ((core, "filter"), (core, "gaussian_blur")):
        if hasattr(owner, name):
            setattr(owner, name, refused)
