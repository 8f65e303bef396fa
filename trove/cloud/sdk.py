# SPDX-License-Identifier: Apache-2.0
"""What the adapters built on openstacksdk share."""

import contextlib

from keystoneauth1 import exceptions as ksa_errors
from openstack import connection
from openstack import exceptions as sdk_errors
from openstack.config import cloud_region

from trove.cloud import errors
from trove.cloud import ports


def connect(session, endpoint, service):
    """A connection for one service, over our session."""
    region = cloud_region.from_session(
        session, region_name=endpoint['region_name'], **{
            service + '_service_type': endpoint['service_type'],
            service + '_interface': endpoint['interface'],
            service + '_endpoint_override': endpoint['endpoint_override']})
    return connection.Connection(config=region)


@contextlib.contextmanager
def translated(service):
    """The errors of openstacksdk end here."""
    try:
        yield
    except sdk_errors.HttpException as error:
        raise errors.of_status(service, error.status_code,
                               error.details or error.message) from error
    except ksa_errors.HttpError as error:
        raise errors.of_status(service, error.http_status,
                               error.message) from error
    except sdk_errors.ServiceDisabledException as error:
        # The catalogue has it not, for the region and interface of ours.
        raise ports.CloudRefused(service=service, reason=str(error)
                                 ) from error
    except (sdk_errors.SDKException, ksa_errors.ClientException) as error:
        raise errors.no_answer(service, error) from error
