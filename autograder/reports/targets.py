"""The systems that take back grades and pages, by the names that the command has for them.

Nothing is imported here, for the command reads this whenever it starts; `lms` and `handback` know how.
"""

EXPORTS = ("canvas", "moodle", "gradescope", "blackboard", "brightspace", "sakai", "ilias", "csv", "csv-questions")
"""What `autograder export` writes."""

FEEDBACK = ("moodle", "canvas")
"""For whom `autograder feedback` packs pages."""
