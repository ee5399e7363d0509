"""The work that learners hand in: finds it, names its author, reads it. Nothing here runs any of it.

- `find`     paths on the command line -> one `Found` per thing handed in, with the learner's name
- `attribution` finds whose the files in a download, in a folder, or alone on the command line are
- `bynames`  the same where no system says it: by folders and files' own names
- `folder`   the names in a folder, and what is left out in it
- `systems`  the downloads of ten systems, a module each: which names fit, and whose the files are
- `times`    reads when a file was handed in, in the zone that its system names
- `names`    finds the person in a file's or folder's name, without the words that name nobody
- `people`   identifiers of several kinds, and the person on a list whom they match
- `encoding` the bytes of a table -> its text, where the encoding is certain
- `doubts`   the doubts about that, by kind
- `identity` whose a submission is, on what evidence; compares the instructor's lines and the class list
- `likeness` learners who may be one person, and one who may be two, by their names
- `origins`  two files of one learner, by the folders and downloads they come from
- `download` the zip that a system makes of a class -> what was handed in; which zips on the command line are such
- `archive`  a zip -> the one notebook in it and the files beside it
- `skim`     a notebook's bytes without outputs, and within limits
- `filetypes` names a file that was handed in instead of a notebook
- `notebook` the bytes of a notebook -> its code cells
- `inventory` everything notebook-like under some paths, which a ledger must account for
- `read`     a `Found` -> a `Submission`: cells and files, or the reason why there are none
"""
