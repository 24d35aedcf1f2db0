# %% [markdown]
# # Double it by hand

# %%
import numpy as np
from byhand import check

# %% [markdown] nbgrader="read-only" grade_id="double_idea"
# ## {{exercise double minutes=3 title="twice as much"}}
#
# Twice two is four.

# %% nbgrader="autograded-answer" grade_id="double"
def double(x, *, times=1):
    """Double an array a number of times."""
    n = len(x)
    ### BEGIN SOLUTION
    return x * 2.0**times
    ### END SOLUTION

# %% nbgrader="autograder-tests" exercise="double" points=2
earned = check("double", points=2)
### BEGIN HIDDEN TESTS
earned = min(earned, check("double", points=2, hidden=True))
### END HIDDEN TESTS
earned

# %% [markdown]
# {{question stops minutes=1 title="a prediction"}}
# How many stops?

# %% nbgrader="autograded-answer" grade_id="stops"
stops = ...            # a whole number
### BEGIN SOLUTION
stops = 4
### END SOLUTION
### BEGIN WRONG ANSWERS
{"one stop too few": 3, "stride ignored": 7}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="stops" points=1

# %% nbgrader="demonstration"
np.arange(3)

# %%
np.arange(3)

# %% nbgrader="given"
np.arange(3)

# %% nbgrader="read-only" grade_id="locked_code"
unchanged = np.ones(3)

# %% [markdown] nbgrader="manual-answer" grade_id="why" points=2
# **In your own words.** Why does doubling keep the shape?
#
# ### BEGIN MARK SCHEME
# One point for: every element is multiplied by itself.
#
# One point for: nothing is added or removed.
# ### END MARK SCHEME
