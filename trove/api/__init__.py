# SPDX-License-Identifier: Apache-2.0
"""The room of HTTP: nothing below it knows about requests."""
