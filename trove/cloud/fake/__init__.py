# SPDX-License-Identifier: Apache-2.0
"""A cloud in memory that keeps the promises of `ports`.

For tests and for trying the control plane without a cloud. It takes its
time over servers and volumes as a real one does (counted in looks, not in
seconds), and goes wrong on request: see `faults`.
"""

import dataclasses

from trove.cloud import ports
from trove.cloud.fake import compute
from trove.cloud.fake import faults
from trove.cloud.fake import images
from trove.cloud.fake import network
from trove.cloud.fake import objects
from trove.cloud.fake import secrets
from trove.cloud.fake import volumes


@dataclasses.dataclass(frozen=True, slots=True)
class FakeCloud(ports.Cloud):
    """The services in memory, and the switch that makes them fail."""

    faults: faults.Faults

    def leftovers(self):
        """Everything that tenants' instances hold, as (kind, id)."""
        return sorted(
            [('server', key) for key in self.compute.servers]
            + [('server_group', key) for key in self.compute.groups]
            + [('volume', key) for key in self.volumes.volumes]
            + [('port', key) for key in self.network.all_ports]
            + [('floating_ip', key) for key in self.network.floating]
            + [('security_group', key) for key in self.network.groups])


def build():
    """A cloud with a few flavors, a network, an image and a zone."""
    switch = faults.Faults()
    disks = volumes.FakeVolumes(switch)
    wires = network.FakeNetwork(switch)
    return FakeCloud(
        compute=compute.FakeCompute(switch, disks, wires), volumes=disks,
        network=wires, images=images.FakeImages(switch),
        objects=objects.FakeObjects(switch),
        secrets=secrets.FakeSecrets(), faults=switch)
