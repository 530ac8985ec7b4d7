"""The course: lessons that a student answers in plain pandas, checked against what the reports compute.

Floor 8. ``open_lesson`` opens the data of a lesson, ``check`` says whether an answer is right and, when it is not,
which slip it looks like; ``hint`` helps a step at a time, ``scoreboard`` tells what is done. Expected answers are
computed by the package on the same data, never written down: a class may work on any company.
"""

from capclient.course.classroom import check, hint, open_lesson, scoreboard
from capclient.course.lesson import Lesson

__all__ = ["Lesson", "check", "hint", "open_lesson", "scoreboard"]
