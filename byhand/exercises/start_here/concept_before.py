"""``concept_before``: ten questions, answered before the course."""

from byhand.exercises.concept import examine_before
from byhand.exercises.declaring import Exercise

EXERCISE = Exercise(examine=examine_before)
