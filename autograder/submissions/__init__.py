"""What learners hand in: finding it, naming its author, reading it. Nothing here runs any of it.

- `find`     paths on the command line -> one `Found` per thing handed in, with the learner's name
- `attribution` whose the files are in a download, in a folder, or alone on the command line
- `bynames`  the same where no system says it: by folders and files' own names
- `folder`   the names in a folder, and what in it is passed over
- `systems`  the downloads of ten systems, a module each: what of a listing fits, and whose it is
- `times`    when something was handed in, in the zone that its system names
- `names`    what a file's or folder's name says of a person, without the words that name nobody
- `people`   identifiers of several kinds, people on a list, and which of them somebody is
- `encoding` the bytes of a table -> its text, where the encoding is certain
- `doubts`   what is not certain about that, by kind
- `identity` whose a thing is, on what evidence; the instructor's lines and the class list held against it
- `likeness` learners who may be one person, and files of one learner who may be two
- `download` the zip that a system makes of a class -> what was handed in; which zips on the command line are such
- `archive`  a zip -> the one notebook in it and the files beside it
- `skim`     a notebook's bytes without outputs, and within limits
- `filetypes` what was handed in in place of a notebook, named as what it is
- `notebook` the bytes of a notebook -> its code cells
- `inventory` everything notebook-like under some paths, which a ledger must account for
- `read`     a `Found` -> a `Submission`: cells and files, or the reason why there are none
"""
