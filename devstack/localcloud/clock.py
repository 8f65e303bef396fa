# SPDX-License-Identifier: Apache-2.0
"""Times as OpenStack writes them."""
import datetime


def now():
    """The present, in UTC, as the text that is stored."""
    return text(datetime.datetime.now(datetime.timezone.utc))


def text(moment):
    """A moment as stored: microseconds and a Z."""
    return moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ')


def parse(stored):
    """The moment that a stored text names."""
    return datetime.datetime.strptime(
        stored, '%Y-%m-%dT%H:%M:%S.%fZ').replace(
            tzinfo=datetime.timezone.utc)


def later(seconds):
    """The moment so many seconds from now, as stored."""
    return text(datetime.datetime.now(datetime.timezone.utc)
                + datetime.timedelta(seconds=seconds))


def seconds(stored):
    """As Nova, Neutron and Glance write it: whole seconds and a Z."""
    return stored[:19] + 'Z' if stored else None


def bare(stored):
    """As Cinder writes it: microseconds, no zone."""
    return stored[:26] if stored else None
