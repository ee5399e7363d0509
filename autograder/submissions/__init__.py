"""What learners hand in: finding it, naming its author, reading it. Nothing here runs any of it.

- `find`     paths on the command line -> one `Found` per thing handed in, with the learner's name
- `names`    what Canvas, Moodle and Gradescope write into names
- `download` the zip that one of them makes of a class -> what was handed in
- `archive`  a zip -> the one notebook in it and the files beside it
- `skim`     a notebook's bytes without outputs, and within limits
- `notebook` the bytes of a notebook -> its code cells
- `read`     a `Found` -> a `Submission`: cells and files, or the reason why there are none
"""
