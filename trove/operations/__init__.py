# SPDX-License-Identifier: Apache-2.0
"""What may be asked: one file per request, used by the API and healing.

An operation checks, claims, records and promises in one transaction; a
taskmanager keeps the promise.
"""
