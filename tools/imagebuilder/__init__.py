# SPDX-License-Identifier: Apache-2.0
"""Builds guest images from recipes: layers today, disks to come.

Needs nothing but the standard library and PyYAML, so that it runs before
anything else of the project is installed.
"""
