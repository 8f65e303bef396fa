# SPDX-License-Identifier: Apache-2.0
"""Runs the programs a build is made of, with a log and plain words."""

import errno
import os
import re
import subprocess

from imagebuilder import errors

# What programs print, and what it means to the person who waits. First
# match wins; the groups of the expression fill the sentence.
FULL = 'No space left on device'
MEANINGS = (
    (FULL,
     'the disk is full: free some space or choose another --image-dir'),
    (r'E: Unable to locate package (\S+)',
     'the package sources of this machine have no package {0}'),
    (r"E: Package '(\S+)' has no installation candidate",
     'the package sources of this machine have no package {0}'),
    (r"E: Version '(\S+)' for '(\S+)' was not found",
     'the package sources of this machine have no {1} {0}'),
    (r"E: The repository '([^']+)' does not have a Release file",
     'the package source "{0}" does not exist: check the suite and the '
     'address'),
    (r'(?:Temporary failure resolving|Could not resolve) \'?([^\s\']+)',
     'the package source {0} cannot be found on the network: check the '
     'connection and the apt configuration of this machine'),
    (r'(?:Could not connect to|Cannot initiate the connection to) (\S+)',
     'the package source {0} cannot be reached: check the connection and '
     'the apt configuration of this machine'),
    (r'NO_PUBKEY (\w+)',
     'the package source is signed by key {0}, which this machine does '
     'not hold: install its keyring'),
    (r'E: Failed to fetch (\S+)',
     'the package source could not deliver {0}'),
    (r'No matching distribution found for (\S+)',
     'the Python package index of this machine has no {0}'),
    (r'ERROR: (Could not install packages due to an OSError: .*)', '{0}'),
    (r'ERROR: (Cannot install .* because these package versions have '
     r'conflicting dependencies)', '{0}'),
)


def explain(output):
    """Return the sentence for what a failed program printed, or None."""
    for pattern, sentence in MEANINGS:
        found = re.search(pattern, output)
        if found:
            return sentence.format(*found.groups())
    return None


def full_disk(error):
    """Whether ``error`` says that a file system has no room left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def run(argv, *, what, log, env=None, cwd=None, text=None):
    """Run one program to its end; raise ``BuildError`` if it fails.

    All it prints goes to the file ``log``. ``what`` says in words what it
    is for; ``text`` is given to it as its standard input.
    """
    with open(log, 'a+', encoding='utf-8', errors='replace') as out:
        out.write(f'$ {" ".join(map(str, argv))}\n')
        out.flush()
        start = out.tell()
        try:
            done = subprocess.run(
                [str(word) for word in argv], env=env, cwd=cwd,
                input=text, text=True, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL if text is None else None,
                check=False)
        except FileNotFoundError as error:
            raise errors.BuildError(
                f'{what}: the program {argv[0]} is not installed') from error
        if done.returncode == 0:
            return
        out.seek(start)
        said = out.read()
    meaning = explain(said) or _last_words(said)
    if FULL in said:
        raise errors.FullDisk(f'{what} failed: {meaning} (log: {log})')
    raise errors.BuildError(f'{what} failed: {meaning} (log: {log})')


def network():
    """Return the environment that tells programs of this machine's proxies
    and certificates."""
    names = ('http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy',
             'no_proxy', 'ssl_cert_file', 'requests_ca_bundle',
             'curl_ca_bundle')
    return {name: value for name, value in os.environ.items()
            if name.lower() in names}


def ask(argv, env=None):
    """Return what a small program prints, or None where it is missing."""
    try:
        done = subprocess.run(argv, env=env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _last_words(said):
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for line in reversed(lines):
        if re.match(r'(E:|ERROR|error|dpkg: error|\S+: error)', line):
            return line
    return lines[-1] if lines else 'it said nothing'
