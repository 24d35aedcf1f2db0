"""Attacks and odd files: what each tries, and the verdict that it must get.

Every row is one submission of the little lesson. ``score`` is the sum of the points of
its tests; None stands for "left to a person". A forgery knows no answer and earns 0;
honest work keeps its 10 points however odd its file. ``SECRETS`` may appear nowhere in
what a student gets to see.
"""

import base64
import codecs
import json
import os
from collections.abc import Callable
from dataclasses import dataclass

from tests.engine import little
from tests.engine.little import FULL, as_bytes, code, find, notebook

SECRETS = ("hidden-word-82", "grader-secret-41", "another-students-work-17")


@dataclass(frozen=True)
class Attack:
    """One submission: ``write(lesson, student)`` puts it into the student's folder."""

    name: str
    kind: str  # "forge", "leak", "disrupt", "odd" or "person"
    tries: str
    write: Callable
    score: float | None

    def __str__(self):
        """Name it in the output of the tests."""
        return self.name.replace(" ", "-")


ATTACKS = []


def _row(name, kind, tries, write, score):
    ATTACKS.append(Attack(name, kind, tries, write, score))


def _submit(tree):
    return lambda lesson, student: lesson.submit(student, as_bytes(tree))


def forge(name, tries, *, first="", answers=None, last="", score=0.0, solved=False):
    """Add a forgery: code of one's own before and after, answers that cheat."""
    tree = notebook(solved=solved, answers=answers)
    if first:
        tree["cells"].insert(0, code(first, "own-first"))
    if last:
        tree["cells"].append(code(last, "own-last"))
    _row(name, "forge", tries, _submit(tree), score)


def meddle(name, tries, change, *, kind="forge", solved=False, score=0.0):
    """Add a submission whose file, not whose code, is the trick."""
    tree = notebook(solved=solved)
    change(tree)
    _row(name, kind, tries, _submit(tree), score)


def leak(name, tries, body):
    """Add code that prints what it should not reach; the answers are honest."""
    tree = notebook(solved=True)
    tree["cells"].insert(2, code(body, "own-leak"))
    _row(name, "leak", tries, _submit(tree), FULL)


def disrupt(name, tries, *, answers=None, first="", score=0.0, last=""):
    """Add code that harms the grader; answers beside it keep their points."""
    tree = notebook(solved=True, answers=answers)
    if first:
        tree["cells"].insert(0, code(first, "own-first"))
    if last:
        tree["cells"].append(code(last, "own-last"))
    _row(name, "disrupt", tries, _submit(tree), score)


def odd(name, tries, make, score=FULL, file=f"{little.NAME}.ipynb"):
    """Add an honest file in an odd form; ``make(tree)`` returns its bytes."""

    def write(lesson, student):
        return lesson.submit(student, make(notebook(solved=True)), file)

    _row(name, "odd", tries, write, score)


def person(name, tries, write):
    """Add a submission that nothing but a person can judge."""
    _row(name, "person", tries, write, None)


# --- forged verdicts: tools of the notebook -----------------------------------


def _tests(tree):
    return [c for c in tree["cells"] if c.get("id", "").startswith("test_")]


def _each_test(change):
    def run(tree):
        for cell in _tests(tree):
            change(cell)

    return run


forge(
    "asserts stripped",
    "an AST transformer removes every assert",
    first="""
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
try:
    get_ipython().ast_transformers.append(Strip())
except AttributeError:
    pass
""",
)
forge(
    "input rewritten",
    "an input transformer replaces each later cell by 10.0",
    first="""
try:
    get_ipython().input_transformers_cleanup.append(lambda lines: ["10.0\\n"])
except AttributeError:
    pass
""",
)
forge(
    "run_cell patched",
    "the shell answers every cell with success",
    first="""
shell = get_ipython()
try:
    good = shell.run_cell("pass")
    async def run_cell_async(*args, **kwargs):
        return good
    shell.run_cell_async = run_cell_async
except AttributeError:
    pass
""",
)
forge(
    "do_execute patched",
    "the kernel answers every request with success",
    first="""
try:
    kernel = get_ipython().kernel
    async def do_execute(*args, **kwargs):
        return {"status": "ok", "execution_count": 1, "payload": [],
                "user_expressions": {}}
    kernel.do_execute = do_execute
except AttributeError:
    pass
""",
)
forge(
    "first output forged",
    "a hook publishes full marks before each test",
    first="""
def publish(*args):
    try:
        get_ipython().display_pub.publish({"text/plain": "3.0"})
    except AttributeError:
        print("3.0")
try:
    get_ipython().events.register("pre_run_cell", publish)
except AttributeError:
    pass
""",
)
forge(
    "errors swallowed",
    "a custom exception handler hides every error",
    first="""
try:
    get_ipython().set_custom_exc((BaseException,), lambda *args, **kwargs: None)
    get_ipython().showtraceback = lambda *args, **kwargs: None
except AttributeError:
    pass
""",
)
forge(
    "display hook",
    "the display hook shows 3.0 for every value",
    first="""
import sys
sys.displayhook = lambda value: print("3.0")
try:
    get_ipython().displayhook = lambda value: print("3.0")
except AttributeError:
    pass
""",
)

# --- forged verdicts: values --------------------------------------------------

_EVERYTHING = """
class Everything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 4
    def __iter__(self): return iter([Everything()] * 4)
    def __getitem__(self, key): return Everything()
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return Everything()
    def __call__(self, *args, **kwargs): return Everything()
    def __float__(self): return 6.0
    def __int__(self): return 6
    def __index__(self): return 6
    def __abs__(self): return 0.0
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__
    def __array_ufunc__(self, *args, **kwargs): return True
    def all(self): return True
"""


def _all_return(expression, extra=""):
    return {
        "double": f"{extra}\ndef double(x):\n    return {expression}",
        "slide": f"{extra}\ndef slide(x, w):\n    return {expression}",
        "scale": f"{extra}\nclass Scale:\n    def __init__(self, factor):\n"
        f"        self.factor = {expression}\n"
        f"    def forward(self, x):\n        return {expression}",
        "slope": f"{extra}\ndef slope(f, x):\n    return {expression}",
        "clear": "def clear(x):\n    pass",
        "stops": f"{extra}\nstops = {expression}",
    }


forge(
    "equal to everything",
    "every function returns an object that equals, and answers, all",
    answers=_all_return("Everything()", _EVERYTHING),
)
forge(
    "list of everything",
    "the same objects inside a list, which crosses as plain data",
    answers=_all_return("[Everything()] * 4", _EVERYTHING),
)
forge(
    "array of everything",
    "an array of dtype object whose items equal all",
    answers=_all_return("np.array([Everything()] * 4, dtype=object)", _EVERYTHING),
)
forge(
    "array subclass",
    "a subclass of ndarray whose comparisons are all true",
    answers=_all_return(
        "np.ones(4).view(Yes)",
        "class Yes(np.ndarray):\n"
        "    def __eq__(self, other): return np.True_\n"
        "    def __array_ufunc__(self, *args, **kwargs): return np.True_\n",
    ),
)
forge(
    "float subclass",
    "a subclass of float whose comparisons are all true",
    answers=_all_return(
        "Yes(0)",
        "class Yes(float):\n"
        "    def __eq__(self, other): return True\n"
        "    def __lt__(self, other): return True\n"
        "    def __sub__(self, other): return self\n"
        "    def __abs__(self): return self\n"
        "    __hash__ = float.__hash__\n",
    ),
)
forge(
    "tuple subclass",
    "a subclass of tuple that equals every tuple",
    answers=_all_return(
        "Yes((1, 2, 3, 5))",
        "class Yes(tuple):\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = tuple.__hash__\n",
    ),
)
forge(
    "class lies",
    "an object whose __class__ says float",
    answers=_all_return(
        "Liar()",
        "class Liar:\n"
        "    __class__ = property(lambda self: float)\n"
        "    def __eq__(self, other): return True\n",
    ),
)
forge(
    "not a number",
    "NaN, which nbgrader counts as full marks",
    answers=_all_return("float('nan')"),
)
forge(
    "points overflow",
    "an array so large that the partial credit passes the maximum",
    answers={
        "slide": "def slide(x, w):\n    return [-2.0] * 4 + [-2.0] * 4000",
    },
)
forge(
    "pickled answer",
    "an object whose reduction runs code where it is unpickled",
    answers=_all_return(
        "Bomb()",
        "class Bomb:\n"
        "    def __reduce__(self):\n"
        "        return (exec, ('import os; os._exit(0)',))\n",
    ),
)
forge(
    "endless generator",
    "generators in place of values",
    answers=_all_return("iter(int, 1)"),
)

# --- forged verdicts: patched tools -------------------------------------------

forge(
    "numpy patched",
    "np.allclose and its like are made to answer True",
    first="""
import numpy as np
for name in ("allclose", "array_equal", "isclose", "all", "sum", "abs"):
    setattr(np, name, lambda *args, **kwargs: True)
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
""",
)
forge(
    "builtins patched",
    "min, abs, sum and AssertionError are replaced in builtins",
    first="""
import builtins
builtins.abs = builtins.sum = builtins.min = lambda *args, **kwargs: 0
builtins.zip = lambda *args: [(0, 0)] * 4
class Never(BaseException):
    pass
builtins.AssertionError = Never
""",
)
forge(
    "names shadowed",
    "the notebook defines min, sum, abs, np, check, earned and wanted",
    first="""
min = max = sum = lambda *args, **kwargs: 3.0
abs = lambda x: 0.0
check = lambda *args, **kwargs: 3.0
earned = 3.0
wanted = got = []
len = lambda x: 4
""",
    last="earned = 3.0\nwanted = []",
)
forge(
    "release names replaced",
    "given and locked names are bound again: signal, kernel, np",
    first="signal = kernel = []",
    last="signal = []\nkernel = []\nclass np:\n    allclose = lambda *a: True",
)
forge(
    "given cell edited",
    "the given kernel is made zero so that zeros are right",
    answers={
        "kernel": "kernel = np.zeros(3)",
        "slide": "def slide(x, w):\n    return np.zeros(4)",
    },
)
forge(
    "locked cell edited",
    "the locked signal is made zero so that zeros are right",
    answers={
        "signal": "signal = np.zeros(6)",
        "slide": "def slide(x, w):\n    return np.zeros(4)",
    },
)
forge(
    "integers rewritten",
    "ctypes writes over the numbers that Python shares",
    first="""
import ctypes, sys
try:
    offset = sys.getsizeof(0) - 4
    for value in (2, 3, 6):
        ctypes.c_int32.from_address(id(value) + 24).value = 0
except Exception:
    pass
""",
)
forge(
    "frames walked",
    "the function looks for the expected values in its callers",
    answers={
        "slide": """
def slide(x, w):
    import sys
    frame = sys._getframe()
    while frame:
        if "wanted" in frame.f_globals or "wanted" in frame.f_locals:
            return frame.f_globals.get("wanted", frame.f_locals.get("wanted"))
        frame = frame.f_back
""",
        "double": """
def double(x):
    import gc
    for item in gc.get_objects():
        if isinstance(item, dict) and "wanted" in item:
            return item["wanted"]
""",
    },
)
forge(
    "callback's frame",
    "the function that a test hands over is searched for its globals",
    answers={
        "slope": """
def slope(f, x):
    return getattr(f, "__globals__", {}).get("wanted", 0)
""",
    },
)
forge(
    "frames forged",
    "full marks are written into every open descriptor",
    first="""
import os, struct
text = b'["t","value",3.0]'
frame = struct.pack("<II", len(text), 0) + text
for number in range(3, 40):
    for _ in range(50):
        try:
            os.write(number, frame)
        except OSError:
            break
""",
)
forge(
    "frames flooded",
    "frames that claim to be huge, deep or broken",
    first="""
import os, struct
huge = b'["a","<f8",[1099511627776],0]'
for text in (b"[" * 90000 + b"]" * 90000, huge, b"\\xff" * 9):
    for number in range(3, 40):
        try:
            os.write(number, struct.pack("<II", len(text), 0) + text)
        except OSError:
            pass
""",
)
forge(
    "session patched",
    "the process answers for itself: every request gets 3.0",
    first="""
import gc
for item in gc.get_objects():
    kind = type(item).__name__
    if kind == "Session":
        cls = type(item)
        for name in list(vars(cls)):
            if name.startswith("do_") and name not in ("do_run", "do_has"):
                setattr(cls, name, lambda self, *fields: 3.0)
""",
)
forge(
    "exit with success",
    "the process ends with status 0",
    answers={"double": "import os\nos._exit(0)"},
)
forge(
    "system exit",
    "functions raise SystemExit, KeyboardInterrupt and GeneratorExit",
    answers={
        "double": "def double(x):\n    raise SystemExit(0)",
        "slide": "def slide(x, w):\n    raise KeyboardInterrupt",
        "slope": "def slope(f, x):\n    raise GeneratorExit",
        "clear": "def clear(x):\n    raise StopIteration",
    },
)
forge(
    "exception of one's own",
    "an exception whose class and text can't be shown",
    answers={
        "double": """
class Odd(Exception):
    def __str__(self):
        raise ValueError
    __repr__ = __str__
def double(x):
    raise Odd
"""
    },
)
forge(
    "a second mind",
    "a forked copy answers in place of the process",
    first="""
import os
for _ in range(3):
    if os.fork() == 0:
        break
""",
)
forge(
    "tests imported",
    "the notebook looks for the tests, the solutions and the gradebook to import",
    first="""
import sys
names = "autograder", "byhand.checks.checking", "byhand.exercises", "nbgrader.api"
for name in names:
    try:
        __import__(name)
        print("imported", name)
    except ImportError:
        pass
""",
)
forge(
    "convolution by NumPy",
    "np.convolve and np.correlate where a loop is asked for",
    answers={"slide": "def slide(x, w):\n    return np.correlate(x, w, 'valid')"},
)
forge(
    "convolution by polynomials",
    "np.polymul convolves as well",
    answers={"slide": "def slide(x, w):\n    return np.polymul(x, w[::-1])[2:-2]"},
)
forge(
    "convolution by Pillow",
    "the picture library beside matplotlib filters",
    answers={
        "slide": "from PIL import Image, ImageFilter\n"
        "def slide(x, w):\n"
        "    picture = Image.fromarray(np.outer(np.ones(3), x).astype('uint8'))\n"
        "    kernel = ImageFilter.Kernel((3, 3), [0, 0, 0, *w, 0, 0, 0], scale=1)\n"
        "    return np.asarray(picture.filter(kernel))[1, 1:-1]",
    },
)
forge(
    "convolution by scipy",
    "SciPy, PyTorch and TensorFlow in an answer",
    answers={
        "slide": """
def slide(x, w):
    for name in ("scipy.signal", "torch", "tensorflow"):
        module = __import__(name, fromlist=["convolve"])
        if name == "scipy.signal":
            try:
                return module.correlate(x, w, "valid")
            except Exception:
                pass
        if name == "tensorflow":
            return module.nn.conv1d(x[None, :, None], w[:, None, None], 1, "VALID")
""",
    },
)
forge(
    "given without leave",
    "given.conv1d where the lesson doesn't offer it",
    answers={
        "slide": "from byhand import given\n"
        "def slide(x, w):\n    return given.conv1d(x, w)",
    },
)
forge(
    "imports from the course",
    "working code looked for in the course's own package",
    answers={
        "slide": "def slide(x, w):\n"
        "    from byhand import wiring, misconceptions\n"
        "    return wiring.correlate(x, w)",
    },
)

# --- forged verdicts: the file ------------------------------------------------


def _tag(cell):
    cell["metadata"]["tags"] = ["skip-execution"]


def _passing(cell):
    cell["source"] = "3.0"


def _many_points(cell):
    cell["metadata"]["nbgrader"]["points"] = 1000


def _no_grade(cell):
    cell["metadata"]["nbgrader"].update(grade=False, locked=False)


def _as_solution(cell):
    cell["metadata"]["nbgrader"].update(solution=True)
    cell["source"] = "pass"


def _as_markdown(cell):
    cell["cell_type"] = "markdown"
    cell.pop("outputs")


def _saved_success(cell):
    cell["outputs"] = [
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/plain": "3.0"},
        }
    ]
    cell["metadata"]["nbgrader"]["checksum"] = "0" * 32


def _deleted(tree):
    tree["cells"] = [c for c in tree["cells"] if c not in _tests(tree)]


def _doubled(tree):
    for cell in _tests(tree):
        again = json.loads(json.dumps(cell)) | {"source": "3.0", "id": cell["id"] + "2"}
        tree["cells"].append(again)


def _renamed(cell):
    cell["metadata"]["nbgrader"]["grade_id"] += "_gone"
    cell["id"] += "_gone"


def _raw(cell):
    cell["cell_type"] = "raw"
    cell.pop("outputs")


meddle("skip-execution", "a tag by which test cells don't run", _each_test(_tag))
meddle("tests rewritten", "every test cell says 3.0", _each_test(_passing))
meddle("points raised", "every test cell is worth 1000", _each_test(_many_points))
meddle("tests ungraded", "no cell says that it is graded", _each_test(_no_grade))
meddle(
    "tests as answers", "test cells say that they are answers", _each_test(_as_solution)
)
meddle("tests as text", "test cells become markdown", _each_test(_as_markdown))
meddle("tests as raw", "test cells become raw cells", _each_test(_raw))
meddle(
    "success saved",
    "test cells hold saved outputs of success",
    _each_test(_saved_success),
)
meddle("tests deleted", "there are no test cells", _deleted)
meddle("tests doubled", "a second cell with each test's id says 3.0", _doubled)
meddle("tests renamed", "test cells have ids that nobody knows", _each_test(_renamed))
meddle(
    "kernel chosen",
    "the notebook names a kernel that says yes to all",
    lambda tree: tree["metadata"].update(
        kernelspec={"name": "yes", "display_name": "yes", "language": "yes"}
    ),
)

# --- leaks --------------------------------------------------------------------

_LOOK = """
import os
def look(*places):
    for place in places:
        try:
            if os.path.isdir(place):
                print(os.listdir(place))
            else:
                print(open(place, "rb").read(200000).decode("utf-8", "replace"))
        except OSError:
            pass
"""

leak(
    "environment",
    "the grader's environment, and that of process 1",
    _LOOK + "print(dict(os.environ))\nlook('/proc/1/environ', '/proc/self/environ')\n"
    "for n in range(400):\n    look(f'/proc/{n}/environ', f'/proc/{n}/cmdline')",
)
leak(
    "files outside",
    "the solutions, the submissions and the gradebook",
    _LOOK
    + """
for top in ("/", "/home", "/root", "/work", "/tmp", "/var", "/srv", "/mnt", ".."):
    for place, folders, names in os.walk(top):
        if place.count("/") > 7 or place.startswith(("/proc", "/sys", "/usr")):
            folders[:] = []
            continue
        look(*(os.path.join(place, n) for n in names if n.endswith((".ipynb", ".db"))))
""",
)
leak(
    "network",
    "a connection to the world, and to this machine",
    """
import socket
for family, place in ((socket.AF_INET, ("127.0.0.1", 53)), (socket.AF_UNIX, "/tmp/s")):
    try:
        socket.socket(family, socket.SOCK_STREAM).connect(place)
        print("grader-secret-41")
    except OSError:
        pass
""",
)
leak(
    "memory of others",
    "the memory of the parent and of process 1",
    """
import os, ctypes
for number in (os.getppid(), 1, 2, 3):
    try:
        open(f"/proc/{number}/mem", "rb").read(1)
        print("grader-secret-41")
    except OSError:
        pass
libc = ctypes.CDLL(None)
if libc.ptrace(16, os.getppid(), 0, 0) == 0 and os.getppid() > 0:
    print("grader-secret-41")
""",
)
leak(
    "hidden tests in memory",
    "text of hidden tests among the objects of the process",
    """
import gc, sys
for item in gc.get_objects():
    if isinstance(item, (dict, list, tuple)) and len(item) < 10000:
        for value in (item.values() if isinstance(item, dict) else item):
            if isinstance(value, str) and "hidden" + "-word" in value:
                print(value)
""",
)
leak(
    "another root",
    "a new namespace, a mount, a chroot",
    _LOOK
    + """
import ctypes
libc = ctypes.CDLL(None)
print([libc.unshare(flag) for flag in (0x10000000, 0x20000, 0x40000000)])
print(libc.mount(b"proc", b"/proc", b"proc", 0, None), libc.umount2(b"/proc", 2))
look("/proc/1/environ", "/proc/1/root/root", "/proc/1/cwd")
""",
)
leak(
    "descriptors",
    "what was left open: sockets, logs, the notebook",
    """
import os
for number in range(3, 256):
    try:
        print(number, os.fstat(number).st_mode, os.pread(number, 4096, 0)[:80])
    except OSError:
        pass
""",
)
LEFT = ("/tmp/left", "/dev/shm/left")  # at level 1 they are the machine's, and stay
leak(
    "written for the next",
    "a file left behind for the next submission",
    f"""
import os
places = ({LEFT[0]!r}, {LEFT[1]!r}, "/opt/worker/left", "left")
if any(map(os.path.exists, places)):
    print("another-students-work-17")
for place in places:
    try:
        open(place, "w").write("left here")
    except OSError:
        pass
""",
)

# --- disruption ---------------------------------------------------------------

_ALL_BUT_DOUBLE = FULL - 2 - 0.5 * 2  # "slope" is tested with "double" as well

disrupt(
    "endless loop",
    "a loop without end in one function",
    answers={"double": "def double(x):\n    while True:\n        pass"},
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "endless loop in a cell",
    "a loop without end at the top of the notebook",
    first="while True:\n    pass",
    score=FULL,
)
disrupt(
    "deaf to signals",
    "a loop that catches everything and blocks the alarm",
    answers={
        "double": """
import signal
def double(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
    },
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "asleep in C",
    "one operation that Python can't interrupt",
    answers={"double": "def double(x):\n    return 7 ** (7 ** 13)"},
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "stopped",
    "signals to the parent, to all, and to itself",
    first="""
import os, signal
for target in (os.getppid(), 1, -1, 0):
    for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM):
        if target in (0, -1) and number != signal.SIGTERM:
            continue
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.kill(target, number)
        except OSError:
            pass
""",
    score=FULL,
)
disrupt(
    "fork bomb",
    "as many processes as there can be",
    first="""
import os
for _ in range(2000):
    try:
        if os.fork() == 0:
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
    except OSError:
        break
""",
    score=FULL,
)
disrupt(
    "memory bomb",
    "more memory than the machine has",
    answers={
        "double": """
def double(x):
    kept = []
    while True:
        kept.append(np.ones(1 << 25))
"""
    },
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "disk filled",
    "files until nothing fits",
    first="""
import os
for place in ("/tmp", "/dev/shm", ".", "/"):
    for number in range(100):
        try:
            with open(os.path.join(place, f"fill{number}"), "wb") as file:
                for _ in range(64):
                    file.write(bytes(1 << 20))
        except OSError:
            break
""",
    score=FULL,
)
disrupt(
    "output flood",
    "300 MB of output",
    first="for _ in range(300):\n    print('x' * 1_000_000)",
    score=FULL,
)
disrupt(
    "raw output flood",
    "binary output to both descriptors",
    first="import os\nfor _ in range(2000):\n    os.write(1, b'\\xff\\x00' * 4096)\n"
    "    os.write(2, b'\\x1b[2J' * 512)",
    score=FULL,
)
disrupt(
    "crash",
    "a segmentation fault in one function",
    answers={"double": "import ctypes\ndef double(x):\n    ctypes.string_at(0)"},
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "recursion",
    "a function that calls itself without end",
    answers={"double": "def double(x):\n    return double(x)"},
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "recursion in C",
    "a list inside itself a million times, then compared",
    answers={
        "double": "def double(x):\n    a = b = []\n    for _ in range(10**6):\n"
        "        a, b = [a], [b]\n    return a == b"
    },
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "value inside itself",
    "a list that holds itself is returned",
    answers={"double": "def double(x):\n    a = []\n    a.append(a)\n    return a"},
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "huge values",
    "a number of a million digits, an array of a gigabyte",
    answers={
        "double": "def double(x):\n    return 10 ** 1_000_000",
        "slope": "def slope(f, x):\n    return np.zeros(1 << 27)",
    },
    score=FULL - 3,
)
disrupt(
    "crafted hashes",
    "a set of numbers that all have the same hash",
    answers={
        "double": "def double(x):\n"
        "    return {k * ((1 << 61) - 1) for k in range(1, 3000)}"
    },
    score=_ALL_BUT_DOUBLE,
)
disrupt(
    "descriptors closed",
    "every descriptor is closed",
    first="import os\nos.closerange(0, 256)",
    score=FULL,
)
disrupt(
    "left running",
    "processes and threads that stay behind",
    first="""
import os, threading, time
threading.Thread(target=lambda: time.sleep(1000), daemon=False).start()
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
""",
    score=FULL,
)
disrupt(
    "waiting for input",
    "a cell that asks for input",
    first="answer = input('How many?')",
    score=FULL,
)
disrupt(
    "exit in a cell",
    "exit(), quit() and sys.exit in a cell",
    first="import sys\nsys.exit(0)",
    last="exit()",
    score=FULL,
)
disrupt(
    "huge result shown",
    "a last line whose text is 100 MB",
    first="'x' * 10**8",
    score=FULL,
)
disrupt(
    "function called for ever",
    "the judge's function is called without end",
    answers={"slope": "def slope(f, x):\n    while True:\n        f(x)"},
    score=FULL - 1,
)
disrupt(
    "large arrays to the judge",
    "the judge's function is handed 100 MB",
    answers={"slope": "def slope(f, x):\n    return f(np.ones(1 << 24))[0]"},
    score=FULL - 1,
)

# --- odd files, honest work ---------------------------------------------------


def _text(tree, **how):
    return json.dumps(tree, **how)


def _old(tree):
    """Return the notebook in nbformat 3."""
    cells = []
    for cell in tree["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            old |= {"input": cell["source"], "language": "python", "outputs": []}
        else:
            old |= {"source": cell["source"]}
        cells.append(old)
    worksheet = {"cells": cells, "metadata": {}}
    return as_bytes(
        {
            "metadata": {"name": ""},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [worksheet],
        }
    )


def _changed(change):
    def make(tree):
        return as_bytes(change(tree) or tree)

    return make


def _without_ids(tree):
    for cell in tree["cells"]:
        del cell["id"]
    tree["nbformat_minor"] = 4


def _without_metadata(tree):
    for cell in tree["cells"]:
        cell["metadata"] = {}


def _without_either(tree):
    _without_ids(tree)
    _without_metadata(tree)


def _null_metadata(tree):
    for cell in tree["cells"]:
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = None
    tree["metadata"] = None


def _large(tree):
    picture = base64.b64encode(os.urandom(1 << 20)).decode()
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": picture},
    }
    find(tree, "kernel")["outputs"] = [output] * 24


def _broken_outputs(tree):
    find(tree, "kernel")["outputs"] = [{"output_type": "surprise"}, 7, None]


def _as_lists(tree):
    for cell in tree["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def _windows_lines(tree):
    for cell in tree["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def _more(*cells, at=1):
    def change(tree):
        tree["cells"][at:at] = [code(text, f"own-{k}") for k, text in enumerate(cells)]

    return change


def _answer_as_markdown(tree):
    cell = find(tree, "double")
    cell["cell_type"] = "markdown"
    cell.pop("outputs")


def _answer_twice(tree):
    again = json.loads(json.dumps(find(tree, "double")))
    tree["cells"].append(
        again | {"source": "def double(x):\n    # your lines here\n    pass"}
    )


def _answer_elsewhere(tree):
    cell = find(tree, "double")
    cell["metadata"] = {}
    cell["id"] = "pasted"


def _shuffled(tree):
    cells = tree["cells"]
    cells.append(cells.pop(cells.index(find(tree, "test_double"))))
    cells.append(cells.pop(cells.index(find(tree, "stops"))))


def _copied_test(tree):
    cell = json.loads(json.dumps(find(tree, "test_double")))
    cell["metadata"]["nbgrader"]["grade_id"] = "test_double"
    tree["cells"].insert(3, cell | {"id": "copy"})


odd(
    "byte order mark",
    "UTF-8 with a mark, as Windows writes",
    lambda t: codecs.BOM_UTF8 + as_bytes(t),
)
odd("utf-16", "UTF-16 with a mark", lambda t: _text(t).encode("utf-16"))
odd("utf-16 big end", "UTF-16 without a mark", lambda t: _text(t).encode("utf-16-be"))
odd("utf-32", "UTF-32", lambda t: _text(t).encode("utf-32"))
odd(
    "windows letters",
    "a comment in cp1252",
    lambda t: as_bytes(t).replace(b"A little lesson", "Größe".encode("cp1252")),
)
odd("nbformat 3", "work sheets, as in 2013", _old)
odd("nbformat 5", "a version to come", _changed(lambda t: {**t, "nbformat": 5}))
odd(
    "minor 99",
    "a minor version to come",
    _changed(lambda t: {**t, "nbformat_minor": 99}),
)
odd("no kernel", "no kernelspec", _changed(lambda t: {**t, "metadata": {}}))
odd(
    "wrong kernel",
    "a kernel of R",
    _changed(
        lambda t: {**t, "metadata": {"kernelspec": {"name": "ir", "language": "R"}}}
    ),
)
odd("no ids", "cells without ids", _changed(_without_ids))
odd("no metadata", "an editor dropped all metadata", _changed(_without_metadata))
odd("no ids, no metadata", "an editor dropped both", _changed(_without_either))
odd("null metadata", "metadata is null", _changed(_null_metadata))
odd("large outputs", "32 MB of saved pictures", _changed(_large))
odd("broken outputs", "outputs of no known form", _changed(_broken_outputs))
odd("lines as lists", "text as lists of lines", _changed(_as_lists))
odd("windows lines", "lines that end as on Windows", _changed(_windows_lines))
odd("no indent", "one line of JSON", lambda t: _text(t).encode())
odd(
    "escaped",
    "every letter beyond ASCII escaped",
    lambda t: _text(t, ensure_ascii=True).encode(),
)
odd("trailing bytes", "zeros after the end", lambda t: as_bytes(t) + b"\n\0\0\0\n")
odd(
    "NaN in the JSON",
    "NaN and a number of 9000 digits",
    _changed(lambda t: {**t, "a": float("nan"), "b": 0}),
)
odd(
    "long numbers",
    "a number of 9000 digits",
    lambda t: as_bytes(t)[:-1] + b',"n":' + b"9" * 9000 + b"}",
)
odd(
    "lone surrogate",
    "half a character",
    lambda t: as_bytes(t).replace(b"A little lesson", b"\\ud83d"),
)
odd("renamed by a browser", "lesson (1).ipynb", as_bytes, file="little (1).ipynb")
odd("upper case", "Little.IPYNB", as_bytes, file="Little.IPYNB")
odd("saved as json", "little.ipynb.json", as_bytes, file="little.ipynb.json")
odd("saved as text", "little.ipynb.txt", as_bytes, file="little.ipynb.txt")
odd(
    "renamed by a student",
    "ada_homework_final.ipynb",
    as_bytes,
    file="ada_homework_final.ipynb",
)
odd("a test copied", "an honest copy of a test cell", _changed(_copied_test))
odd("tests deleted in haste", "no test cells", _changed(_deleted))
odd("order changed", "cells moved about", _changed(_shuffled))
odd(
    "answer as text", "an answer cell turned to markdown", _changed(_answer_as_markdown)
)
odd("answer twice", "an empty copy of an answer below", _changed(_answer_twice))
odd("answer pasted", "an answer in a cell of one's own", _changed(_answer_elsewhere))
odd(
    "tensorflow imported",
    "import tensorflow and friends, unused",
    _changed(
        _more(
            "import tensorflow as tf\nfrom tensorflow.keras import layers\n"
            "import torch, scipy.signal\nfrom keras.layers import Conv2D\n"
            "import pandas as pd\ntf.random.set_seed(1)\n"
            "class Net(tf.keras.Model):\n    pass"
        )
    ),
)
odd(
    "pictures",
    "plots of one's own",
    _changed(
        _more(
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\n"
            "plt.imshow([[1, 2]])\nplt.close('all')"
        )
    ),
)
odd(
    "magics",
    "words that only notebooks know",
    _changed(
        _more(
            "%matplotlib inline\nimport numpy as np",
            "!pip install numpy",
            "%%time\nx = 1",
            "%timeit 1 + 1",
            "np?",
            "%%bash\necho hello",
            "files = !ls",
        )
    ),
)
odd(
    "warnings",
    "warnings and text on stderr in a right answer",
    _changed(
        _more(
            "import warnings, sys\nwarnings.warn('careful')\n"
            "print('oops', file=sys.stderr)"
        )
    ),
)
odd(
    "errors of one's own",
    "cells of one's own that fail",
    _changed(_more("1 / 0", "def broken(:", "undefined")),
)
odd(
    "await",
    "await at the top of a cell",
    _changed(_more("import asyncio\nawait asyncio.sleep(0)")),
)
odd("many cells", "500 cells of one's own", _changed(_more(*["x = 1"] * 500)))
odd(
    "display",
    "display, HTML and widgets",
    _changed(
        _more(
            "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\n"
            "import ipywidgets\nipywidgets.interact(lambda a: a, a=3)\n"
            "from tqdm.auto import tqdm\n"
            "assert [k for k in tqdm(range(3))] == [0, 1, 2]"
        )
    ),
)


def _prints(tree):
    cell = find(tree, "double")
    cell["source"] = (
        "def double(x):\n    import sys, warnings\n    print('here')\n"
        "    print('there', file=sys.stderr)\n    warnings.warn('old')\n"
        "    return 2 * x"
    )


odd("prints in an answer", "prints and warns in a right answer", _changed(_prints))

# --- for a person -------------------------------------------------------------


def _content(data, name=f"{little.NAME}.ipynb"):
    return lambda lesson, student: lesson.submit(student, data, name)


def _folder(lesson, student):
    folder = lesson.course.submitted / student / little.NAME
    folder.mkdir(parents=True)
    return folder


def _link(lesson, student):
    (_folder(lesson, student) / "little.ipynb").symlink_to(lesson.source)


def _hard_link(lesson, student):
    os.link(lesson.source, _folder(lesson, student) / "little.ipynb")


def _linked_folder(lesson, student):
    place = lesson.course.submitted / student
    place.mkdir(parents=True)
    (place / little.NAME).symlink_to(lesson.source.parent)


def _linked_student(lesson, student):
    lesson.course.submitted.mkdir(parents=True, exist_ok=True)
    solved = lesson.course.root / "elsewhere" / little.NAME
    solved.mkdir(parents=True, exist_ok=True)
    (solved / "little.ipynb").write_bytes(as_bytes(notebook()))
    (lesson.course.submitted / student).symlink_to(solved.parent)


def _pipe(lesson, student):
    os.mkfifo(_folder(lesson, student) / "little.ipynb")


def _device(lesson, student):
    (_folder(lesson, student) / "little.ipynb").symlink_to("/dev/zero")


def _is_folder(lesson, student):
    (_folder(lesson, student) / "little.ipynb").mkdir()


person("link to the source", "the notebook is a link to the solution", _link)
person("hard link to the source", "the same without a link that shows", _hard_link)
person("linked folder", "the folder is a link to the solution's", _linked_folder)
person("linked student", "the student is a link to another's work", _linked_student)
person("a pipe", "a pipe that never answers", _pipe)
person("a device", "a link to endless zeros", _device)
person("a folder", "a folder with a notebook's name", _is_folder)
person("an empty folder", "nothing was handed in", _folder)
person("an empty file", "no bytes", _content(b""))
person("zeros only", "a file of zeros", _content(bytes(4096)))
person(
    "a picture",
    "a picture with a notebook's name",
    _content(b"\x89PNG\r\n\x1a\n" + bytes(99)),
)
person("cut short", "half a notebook", _content(as_bytes(notebook())[:2000]))
person(
    "a merge conflict",
    "marks of a merge in the JSON",
    _content(b"<<<<<<< mine\n" + as_bytes(notebook())),
)
person(
    "nested deep", "JSON a million levels deep", _content(b'{"cells":' + b"[" * 10**6)
)
person("no notebook", "JSON of something else", _content(b'{"a": [1, 2, 3]}'))
person(
    "no cells", "a notebook without cells", _content(b'{"cells": [], "nbformat": 4}')
)
person(
    "cells of no kind",
    "cells that are numbers",
    _content(b'{"cells": [1, 2], "nbformat": 4}'),
)
person(
    "another lesson",
    "a notebook of another course",
    _content(
        as_bytes(
            {
                "cells": [code("x = 1")],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    ),
)
person(
    "a million cells",
    "more cells than a lesson can have",
    _content(
        b'{"cells":['
        + b",".join([b'{"cell_type":"code","source":"1"}'] * 200_000)
        + b"]}"
    ),
)

# the rows of the other files join the table
from tests.engine import attacks_by_reading, attacks_on_the_newest  # noqa: E402, F401
