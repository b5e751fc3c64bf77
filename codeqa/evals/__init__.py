"""Examinations: what a face asks of codeqa itself.

`exam` makes questions from the graph of an index, with keys read off stored edges and not through the planner, and
grades the answers. Wordings stand apart, in `wordings.toml`. `evaluation` asks them, and questions that people wrote,
of a language model beside the planner.
"""

from codeqa.evals.exam import Exam
from codeqa.evals.items import UNANSWERABLE, Draft, Grade, Item, Reading
from codeqa.evals.tally import Tally, tally

__all__ = ["UNANSWERABLE", "Draft", "Exam", "Grade", "Item", "Reading", "Tally", "tally"]
