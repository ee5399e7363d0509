"""The systems that take back grades and pages, by the names that the command has for them.

This module imports nothing, because the command reads it whenever it starts; `lms` and `handback` do
the work.
"""

EXPORTS = ("canvas", "moodle", "gradescope", "blackboard", "brightspace", "sakai", "ilias", "csv", "csv-questions")
"""The formats that `autograder export` writes."""

FEEDBACK = ("moodle", "canvas")
"""The systems for which `autograder feedback` packs pages."""
