"""What goes wrong through no fault of a student's: such a submission is tried again."""


class MachineFault(BaseException):
    """The machine or the grader failed.

    No ``except Exception`` of a test cell swallows it: it is not a verdict.
    """


class WorkerLost(MachineFault):
    """The warm parent of the sandbox failed."""


class JudgeFault(MachineFault):
    """The judge could not finish a test cell."""


class RefereeLost(MachineFault):
    """The process that asks Keras failed."""
