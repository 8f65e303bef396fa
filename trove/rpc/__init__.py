# SPDX-License-Identifier: Apache-2.0
"""The wire: the only place that imports oslo.messaging."""
