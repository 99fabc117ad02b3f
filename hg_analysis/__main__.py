"""``python -m hg_analysis`` is ``hg-analysis``."""

import sys

from hg_analysis.tools.cli import main

if __name__ == "__main__":
    sys.exit(main())
