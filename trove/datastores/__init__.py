# SPDX-License-Identifier: Apache-2.0
"""One folder per engine, both halves in it.

The control half (``plugin.py`` and what stands beside it) is pure: it
answers with data. The guest half (``guest/``) acts inside the VM.
"""
