# SPDX-License-Identifier: Apache-2.0
"""Everything of the one-machine cloud that touches the kernel.

The host layer keeps no database. What it made is known by names derived
from ids, so that it finds all of it again after any end of this process.
"""

import functools
import pathlib

from localcloud.host import cgroups
from localcloud.host import cleaning
from localcloud.host import errors
from localcloud.host import firewall
from localcloud.host import machines
from localcloud.host import names
from localcloud.host import networks
from localcloud.host import preflight
from localcloud.host import roots
from localcloud.host import volumes


def _clearly(method):
    """Let what the kernel refuses leave as a sentence."""
    @functools.wraps(method)
    def call(*args, **kwargs):
        try:
            return method(*args, **kwargs)
        except OSError as error:
            where = f' ({error.filename})' if error.filename else ''
            raise errors.HostError(
                f'{method.__name__} failed: {error.strerror}'
                f'{where}.') from error
    return call


class Host:
    """This machine, as the cloud's services use it.

    Every method may be called from any thread, may be repeated, and raises
    ``errors.HostError`` with one sentence where it cannot do its work.
    """

    def __init__(self, settings):
        self.folder = pathlib.Path(settings.state_dir).resolve()
        self.image_dir = pathlib.Path(settings.image_dir).resolve()
        self.names = names.Names(settings.prefix)
        self.wall = firewall.Firewall(self.names)
        self.networks = networks.Networks(
            self.folder / 'ports', self.names, self.wall)
        self.volumes = volumes.Volumes(self.folder / 'volumes')
        self.cgroups = cgroups.Cgroups(self.names)
        self.machines = machines.Machines(
            self.folder / 'machines', self.names,
            roots.Roots(self.image_dir), self.networks, self.volumes,
            self.cgroups)

    @_clearly
    def preflight(self):
        """Sentences about what is missing here; none if all is well."""
        return preflight.missing(
            self.folder, self.cgroups, self.wall)

    @_clearly
    def ensure_network(self, network_id, cidr, gateway_ip, metadata):
        """A network with the gateway's (and the metadata) address."""
        self.networks.ensure(network_id, cidr, gateway_ip, metadata)

    @_clearly
    def remove_network(self, network_id):
        """Take a network away."""
        self.networks.remove(network_id)

    @_clearly
    def apply_rules(self, port_id, rules):
        """Replace a port's rules; None switches port security off."""
        self.networks.apply_rules(port_id, rules)

    @_clearly
    def bind_floating(self, floating_ip, fixed_ip, network_id):
        """Lead a floating address of an external network to a port."""
        self.networks.bind_floating(floating_ip, fixed_ip, network_id)

    @_clearly
    def unbind_floating(self, floating_ip):
        """Let a floating address lead nowhere."""
        self.networks.unbind_floating(floating_ip)

    @_clearly
    def create_volume(self, volume_id, size_gb):
        """An empty volume."""
        self.volumes.create(volume_id, size_gb)

    @_clearly
    def extend_volume(self, volume_id, size_gb):
        """Make a volume bigger, in use or not."""
        self.volumes.extend(volume_id, size_gb)

    @_clearly
    def clone_volume(self, source_volume_id, volume_id, size_gb):
        """A copy of a volume as it is now."""
        self.volumes.clone(source_volume_id, volume_id, size_gb)

    @_clearly
    def delete_volume(self, volume_id):
        """Forget a volume and what is on it."""
        self.volumes.delete(volume_id)

    @_clearly
    def start_machine(self, spec):
        """Boot a machine, new or stopped."""
        self.machines.start(spec)

    @_clearly
    def stop_machine(self, server_id, hard, timeout_s):
        """Switch a machine off; by force after the time."""
        self.machines.stop(server_id, hard, timeout_s)

    @_clearly
    def reboot_machine(self, server_id, hard):
        """Start a running machine over."""
        self.machines.reboot(server_id, hard)

    @_clearly
    def delete_machine(self, server_id):
        """Take away everything of a machine but its volumes."""
        self.machines.delete(server_id)

    @_clearly
    def machine_state(self, server_id):
        """'running', 'stopped', 'crashed' or 'absent'."""
        return self.machines.state(server_id)

    @_clearly
    def attach_volume(self, server_id, volume_id, device):
        """Give a machine a volume as a device such as '/dev/vdb'."""
        self.machines.attach_volume(server_id, volume_id, device)

    @_clearly
    def detach_volume(self, server_id, volume_id):
        """Take a volume from a machine."""
        self.machines.detach_volume(server_id, volume_id)

    @_clearly
    def attach_port(self, server_id, port):
        """Give a running machine one more interface."""
        self.machines.attach_port(server_id, port)

    @_clearly
    def detach_port(self, server_id, port_id):
        """Take an interface from a machine."""
        self.machines.detach_port(server_id, port_id)

    @_clearly
    def resize_machine(self, server_id, memory_mb, vcpus):
        """Change what a machine may take."""
        self.machines.resize(server_id, memory_mb, vcpus)

    @_clearly
    def console(self, server_id, lines=None):
        """What a machine has printed, or the last lines of it."""
        return self.machines.console(server_id, lines)

    @_clearly
    def clean(self):
        """Remove everything of this cloud; gives what that was."""
        return cleaning.clean(self)
