"""The runner behind ``tools/test.bash``: a graph of jobs, run side by side and reported for people.

It needs Python 3.11 and nothing else, because it runs on a bare checkout. ``parts.toml`` says what there is
to run; a job itself is a shell script's, which installs what it needs.

- ``parts``: the graph, read and validated
- ``schedule``: what runs when
- ``processes``: everything that a run starts, ended with it
- ``events``: what pytest says while it runs (``pytest_events`` is its half inside pytest)
- ``display``, ``summary``: what people see meanwhile, and at the end
- ``ledger``: when each full job last passed
- ``changed``, ``imports``: the tests of what the working tree touches
- ``slowness``: this machine beside a reference
"""
