# SPDX-License-Identifier: Apache-2.0
"""Packaging is declared in setup.cfg; pbr reads it."""

import configparser
import os
import pathlib

import setuptools

HERE = pathlib.Path(__file__).resolve().parent


def _version_without_git():
    """Name the version where neither git nor an sdist's PKG-INFO tells it.

    pbr refuses to build a plain tarball of the tree (as a code host's
    "download" button makes); there the version in setup.cfg is the truth.
    """
    if 'PBR_VERSION' in os.environ or (HERE / '.git').exists():
        return
    if (HERE / 'PKG-INFO').exists():
        return
    declared = configparser.ConfigParser(interpolation=None)
    declared.read(HERE / 'setup.cfg', encoding='utf-8')
    os.environ['PBR_VERSION'] = declared['metadata']['version']


_version_without_git()
setuptools.setup(setup_requires=['pbr>=6.1.1'], pbr=True)
