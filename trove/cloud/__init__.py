# SPDX-License-Identifier: Apache-2.0
"""One file per OpenStack service; the only place that imports its client."""
