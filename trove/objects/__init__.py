# SPDX-License-Identifier: Apache-2.0
"""The vocabulary: frozen dataclasses and enums. Nothing here does I/O."""
