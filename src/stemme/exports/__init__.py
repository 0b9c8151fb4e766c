"""Reading feedback exports, analysing their rows, writing the results: in every table format, streaming.

`job.run` is the whole way of one export; the other modules are its parts. Readers and writers of a format
import their library when they are opened, so that a CSV never waits for pyarrow.
"""
