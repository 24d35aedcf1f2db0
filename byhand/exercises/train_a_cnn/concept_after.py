"""``concept_after``: the same ten questions, answered again and graded."""

from byhand.exercises.concept import examine_after
from byhand.exercises.declaring import Exercise

EXERCISE = Exercise(examine=examine_after)
