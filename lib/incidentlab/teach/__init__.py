"""Lessons: a recorded incident on a replayed clock, with questions whose checks give hints and never the answer.

A lesson is a notebook, and beside it one file with its questions, their answers and the plan of the hour, written for
the instructor. From both `editions` makes the copies that people work with: the students' with every answer sealed,
and the instructor's with answers and plan.
"""

from incidentlab.teach.clock import Clock
from incidentlab.teach.lesson import Lesson, lesson
from incidentlab.teach.reveal import until

__all__ = ["Clock", "Lesson", "lesson", "until"]
