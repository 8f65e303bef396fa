# SPDX-License-Identifier: Apache-2.0
"""What tools/trovestack is made of: the standard library and nothing else.

It runs before anything is installed. What needs more than the standard
library stands in `stack.inside` and is run by the virtual environment's
Python.
"""
