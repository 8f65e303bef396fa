# SPDX-License-Identifier: Apache-2.0
"""The long work: keeps what the operations promised, by driving the cloud."""
