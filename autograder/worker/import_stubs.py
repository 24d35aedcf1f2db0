"""Modules that a notebook may import while a verdict is taken, and may not use.

Importing TensorFlow costs a student nothing; calling it raises a sentence. What only
shows things (IPython, widgets, plots) does nothing, and quickly. The real packages are
not in the sandbox, unless the assignment allows them, so there is nothing to find
behind these.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

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

    _sentence: str

    def __init__(self, path: str, sentence: str) -> None:
        self.__dict__.update(_path=path, _sentence=sentence)

    def __getattr__(self, name: str) -> "RefusedStub":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return RefusedStub(f"{self._path}.{name}", self._sentence)

    def __call__(self, *args: object, **kwargs: object) -> "QuietStub":
        """Refuse, unless it is a set-up call beside an import."""
        if self._path.rpartition(".")[2] in SETUP:
            return QuietStub()
        raise RuntimeError(self._sentence.format(self._path))

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

    def __repr__(self) -> str:
        return "Nothing is drawn while a verdict is taken."

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


def refused(sentence: str) -> Callable[[str], RefusedStub]:
    """Return what makes stubs that raise this sentence, with their name in it."""
    return lambda path: RefusedStub(path, sentence)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Find the stubs, whatever submodule is asked for.

    Parameters
    ----------
    sentence : what using a stub raises, with {} for its name
    allowed : packages that are there
    """

    def __init__(self, sentence: str, allowed: Iterable[str] = ()) -> None:
        self.refused = refused(sentence)
        self.stubs = (REFUSED | QUIET | {"tqdm"}) - {*allowed}

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the packages of the two lists, and for tqdm."""
        if name.partition(".")[0] in self.stubs:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> StubModule:
        """Make the stub."""
        root = spec.name.partition(".")[0]
        if root in REFUSED:
            return StubModule(spec.name, self.refused)
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


def install(sentence: str, allowed: Iterable[str] = (), told: bool = False) -> None:
    """Put the stubs in place; using one raises ``sentence``.

    With ``told`` it is also what a cell says that imports something else.
    """
    global _told
    _told = sentence if told else ""
    sys.meta_path.insert(0, Finder(sentence, allowed))


_told = ""


def of_missing(error: BaseException) -> str:
    """Return what a student can do about a package that isn't here, or ""."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    return _told.format(name.partition(".")[0]) if name else ""
