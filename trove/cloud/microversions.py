# SPDX-License-Identifier: Apache-2.0
"""Which microversion to speak with a service: ours, or the nearest it has."""

from keystoneauth1 import adapter

from trove.cloud import ports


def agree(service, session, endpoint, wanted, least):
    """The version that both speak, as text; CloudRefused where none is.

    A service that does not tell what it speaks is asked for ours.
    """
    found = _found(session, endpoint)
    if found is None:
        raise ports.CloudRefused(
            service=service, reason='the catalogue has no %s endpoint of '
            'type %s in region %s.' % (
                endpoint['interface'], endpoint['service_type'],
                endpoint['region_name']))
    if found.max_microversion is None:
        return wanted
    lowest = found.min_microversion or found.max_microversion
    spoken = max(min(_parts(wanted), found.max_microversion), lowest)
    if spoken < _parts(least):
        raise ports.CloudRefused(
            service=service,
            reason='it speaks versions %s to %s, at least %s is needed.' % (
                _text(lowest), _text(found.max_microversion), least))
    return _text(spoken)


def _found(session, endpoint):
    try:
        return adapter.Adapter(session, **endpoint).get_endpoint_data()
    except ValueError:
        # keystoneauth's, where a service has two types (volumev3 and
        # block-storage) and the region neither.
        return None


def _parts(text):
    return tuple(int(part) for part in text.split('.'))


def _text(parts):
    return '.'.join(str(part) for part in parts)
