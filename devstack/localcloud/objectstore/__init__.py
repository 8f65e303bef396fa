# SPDX-License-Identifier: Apache-2.0
"""Swift v1: containers and objects, files below the state directory."""
