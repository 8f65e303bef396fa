# SPDX-License-Identifier: Apache-2.0
"""The one kind of trouble the image builder tells its caller."""


class BuildError(Exception):
    """A sentence for whoever started the build: what is wrong, what helps."""


class FullDisk(BuildError):
    """A program found no room to write."""


class RecipeError(BuildError):
    """A recipe that cannot be built as it is written."""
