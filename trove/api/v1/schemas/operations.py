# SPDX-License-Identifier: Apache-2.0
"""Bodies below /mgmt/operations."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.operations import steer_operation

#: Exactly one verb, with nothing to say beside it.
ACTION = validation.body({
    **common.obj({verb: common.obj({}, closed=True)
                  for verb in steer_operation.VERBS}, closed=True),
    'minProperties': 1, 'maxProperties': 1})
