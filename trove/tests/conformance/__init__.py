# SPDX-License-Identifier: Apache-2.0
"""The same verbs for every engine, through the API and a real client."""
