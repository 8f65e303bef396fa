# SPDX-License-Identifier: Apache-2.0
"""Start an engine, with values that it is known to start with if need be."""

import logging

from trove.common import exception

LOG = logging.getLogger(__name__)


class ValuesStopEngine(exception.GuestFailed):
    """The engine runs, but not with the values that it was given."""

    template = ('The engine does not start with the values of its '
                'configuration group and runs with its former ones. They '
                'differ in: %(names)s. %(reason)s')


def start(driver):
    """Start the engine; it does not stay down for values of its tenant.

    ValuesStopEngine when it came up with the former ones.
    """
    try:
        driver.engine.start()
    except exception.GuestFailed as error:
        names = driver.tuning.fall_back()
        if not names:
            raise
        LOG.warning('the engine is started without the new values of %s',
                    ', '.join(names))
        driver.engine.start()
        raise ValuesStopEngine(names=', '.join(names),
                               reason=error.message) from error
    driver.tuning.keep()
