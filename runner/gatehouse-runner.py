"""Starts the host of entry scripts: python -u gatehouse-runner.py --socket PATH.

The hyphen keeps this file out of the reach of `import`; its folder leaves sys.path again, so that nothing of ours can shadow a module
of the user.
"""
import os
import sys

_here = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [p for p in sys.path if os.path.realpath(p or os.curdir) != _here]
sys.path.insert(0, _here)
from gatehouse_runner.main import main  # noqa: E402

sys.path.remove(_here)

if __name__ == "__main__":
    sys.exit(main())
