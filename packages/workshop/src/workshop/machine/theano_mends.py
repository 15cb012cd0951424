"""The former name of ``theano_patches``, which roles of the version before call."""

import sys

from workshop.machine.theano_patches import main

if __name__ == "__main__":
    sys.exit(main())
