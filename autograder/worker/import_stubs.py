"""Modules that a notebook may import while a verdict is taken, and may not use.

Importing TensorFlow costs a student nothing; calling it raises a sentence. What only
shows things (IPython, widgets, plots) does nothing, and quickly. The real packages are
not in the sandbox, so there is nothing to find behind these.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

from byhand.checks import by_hand

BY_HAND = "by hand: write this with NumPy; {} can't be used in an answer"

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


class RefusedStub:
    """An attribute of a module that isn't here: naming it is free, using it is not."""

    _path: str

    def __init__(self, path: str) -> None:
        self.__dict__["_path"] = path

    def __getattr__(self, name: str) -> "RefusedStub":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return RefusedStub(f"{self._path}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> "QuietStub":
        """Refuse, unless it is a set-up call beside an import."""
        if self._path.rpartition(".")[2] in SETUP:
            return QuietStub()
        raise RuntimeError(BY_HAND.format(self._path))

    def __mro_entries__(self, bases: tuple[type, ...]) -> tuple[type, ...]:
        return ()

    def __repr__(self) -> str:
        return f"<{self._path}: not here while a verdict is taken>"


class QuietStub:
    """Something that shows: it takes any call, and gives itself back."""

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> Self:
        """Take any call."""
        return self

    def __getitem__(self, key: object) -> Self:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Let errors pass."""

    def __mro_entries__(self, bases: tuple[type, ...]) -> tuple[type, ...]:
        return ()


def quiet(path: str) -> QuietStub:
    """Return the stub of what only shows, whatever its path is."""
    return QuietStub()


class StubModule(types.ModuleType):
    """A module whose every attribute comes from ``make(path)``."""

    def __init__(self, name: str, make: Callable[[str], object]) -> None:
        super().__init__(name, "Stub of a package while a verdict is taken.")
        self.__dict__["_make"] = make
        self.__path__: list[str] = []
        self.__version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._make(f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Find the stubs, whatever submodule is asked for."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the packages of the two lists, and for tqdm."""
        if name.partition(".")[0] in REFUSED | QUIET | {"tqdm"}:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> StubModule:
        """Make the stub."""
        root = spec.name.partition(".")[0]
        if root in REFUSED:
            return StubModule(spec.name, RefusedStub)
        module = StubModule(spec.name, quiet)
        if root == "tqdm":
            vars(module).update(tqdm=Progress, trange=_trange)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing runs."""


class Progress:
    """A progress bar that only passes its items on."""

    def __init__(
        self, iterable: Iterable[Any] = (), *args: object, **kwargs: object
    ) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)  # type: ignore[arg-type]  # as tqdm does

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Let errors pass."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None

    @staticmethod
    def write(*args: object, **kwargs: object) -> None:
        """Print nothing."""


def _trange(*args: int, **kwargs: object) -> Progress:
    return Progress(range(*args))


def install() -> None:
    """Put the stubs in place, and the loops of NumPy out of reach."""
    sys.meta_path.insert(0, Finder())
    _refuse_numpy_loops()
    _refuse_picture_filters()


def _refuse_numpy_loops() -> None:
    """Replace np.convolve and np.correlate everywhere that NumPy keeps them."""
    for space, name in list(by_hand.of_numpy()):
        space[name] = by_hand.refusing(f"np.{name}")


def _refuse_picture_filters() -> None:
    """Pillow comes with matplotlib; its filters convolve."""
    from PIL import Image

    refused = by_hand.refusing("PIL filter")
    core = vars(Image)["core"]
    filters = (Image.Image, "filter"), (core, "filter"), (core, "gaussian_blur")
    for owner, name in filters:
        if hasattr(owner, name):
            setattr(owner, name, refused)
