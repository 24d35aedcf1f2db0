"""What teachers run: build the lessons, grade a class, report on it.

``python -m autograder --help`` lists the commands. Nothing that a learner opens
imports this package.
"""

import sys

__version__ = "0.2.0"

# jsonschema would build a parser of addresses in all alphabets, which takes longer than
# all other imports of a grading; no notebook needs it
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
