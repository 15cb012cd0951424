"""What the lessons import: data, training with a live curve, pictures, checkpoints, small widgets.

Each module is usable alone and stays out of the way of the library that is taught: functions take
and return numpy arrays, or the expressions and compiled functions of Theano. A lesson
imports the modules that it needs. Where IPython runs, a failed import of ours gets a line of advice.
"""

import sys

if "IPython" in sys.modules:
    from workshop.teach import outdated

    outdated.watch()
