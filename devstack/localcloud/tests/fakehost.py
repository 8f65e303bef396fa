# SPDX-License-Identifier: Apache-2.0
"""A host without a kernel: it keeps the promises of host.Host in memory."""
import dataclasses
import threading

from localcloud.host import errors


@dataclasses.dataclass
class Machine:
    """A machine that only claims to run."""
    spec: object
    state: str = 'running'
    boots: int = 1
    ports: dict = dataclasses.field(default_factory=dict)
    volumes: dict = dataclasses.field(default_factory=dict)


class FakeHost:
    """What the services may ask of a host."""

    def __init__(self, settings=None):
        self.settings = settings
        self.lock = threading.RLock()
        self.networks = {}
        self.volumes = {}       # id -> size in GB
        self.machines = {}
        self.rules = {}
        self.floating = {}
        self.refuse = {}        # method -> sentence: it fails so
        self.gate = None        # an event that start_machine waits for

    def _may(self, method):
        if method in self.refuse:
            raise errors.HostError(self.refuse[method])

    def preflight(self):
        """Nothing is ever missing."""
        return []

    def ensure_network(self, network_id, cidr, gateway_ip, metadata):
        """Remember a bridge."""
        self.networks[network_id] = (cidr, gateway_ip)

    def remove_network(self, network_id):
        """Forget a bridge."""
        self.networks.pop(network_id, None)

    def apply_rules(self, port_id, rules):
        """Remember what may pass at a port."""
        self.rules[port_id] = rules

    def bind_floating(self, floating_ip, fixed_ip, network_id):
        """Remember a translation."""
        self.floating[floating_ip] = fixed_ip

    def unbind_floating(self, floating_ip):
        """Forget a translation."""
        self.floating.pop(floating_ip, None)

    def create_volume(self, volume_id, size_gb):
        """Remember a volume."""
        self._may('create_volume')
        self.volumes[volume_id] = size_gb

    def extend_volume(self, volume_id, size_gb):
        """Remember its new size."""
        self._may('extend_volume')
        self.volumes[volume_id] = size_gb

    def delete_volume(self, volume_id):
        """Forget a volume; refuse while a machine has it."""
        self._may('delete_volume')
        for machine in self.machines.values():
            if volume_id in machine.volumes:
                raise errors.HostError(f'Volume {volume_id} is in use.')
        self.volumes.pop(volume_id, None)

    def clone_volume(self, source_volume_id, volume_id, size_gb):
        """A copy of a volume that is there."""
        if source_volume_id not in self.volumes:
            raise errors.HostError(f'There is no volume {source_volume_id}.')
        self.volumes[volume_id] = size_gb

    def start_machine(self, spec):
        """Claim to run a machine; its volumes must be there."""
        if self.gate is not None:
            self.gate.wait(10)
        self._may('start_machine')
        for volume in spec.volumes:
            if volume.volume_id not in self.volumes:
                raise errors.HostError(
                    f'There is no volume {volume.volume_id}.')
        with self.lock:
            old = self.machines.get(spec.server_id)
            self.machines[spec.server_id] = Machine(
                spec, boots=old.boots + 1 if old else 1,
                ports={p.port_id: p for p in spec.ports},
                volumes={v.volume_id: v.device for v in spec.volumes})
            self.rules.update({p.port_id: p.rules for p in spec.ports})

    def stop_machine(self, server_id, hard, timeout_s):
        """Claim that it is down."""
        self._may('stop_machine')
        if server_id in self.machines:
            self.machines[server_id].state = 'stopped'

    def reboot_machine(self, server_id, hard):
        """Count a boot."""
        self._may('reboot_machine')
        self.machines[server_id].boots += 1

    def delete_machine(self, server_id):
        """Forget a machine, never its volumes."""
        self._may('delete_machine')
        self.machines.pop(server_id, None)

    def machine_state(self, server_id):
        """What it claims."""
        machine = self.machines.get(server_id)
        return machine.state if machine else 'absent'

    def attach_volume(self, server_id, volume_id, device):
        """Remember a volume in a machine."""
        self._may('attach_volume')
        self.machines[server_id].volumes[volume_id] = device

    def detach_volume(self, server_id, volume_id):
        """Forget it again."""
        self._may('detach_volume')
        if server_id in self.machines:
            self.machines[server_id].volumes.pop(volume_id, None)

    def attach_port(self, server_id, port):
        """Remember a port in a machine."""
        self.machines[server_id].ports[port.port_id] = port

    def detach_port(self, server_id, port_id):
        """Forget it again."""
        if server_id in self.machines:
            self.machines[server_id].ports.pop(port_id, None)

    def resize_machine(self, server_id, memory_mb, vcpus):
        """Remember its new shape."""
        machine = self.machines[server_id]
        machine.spec = dataclasses.replace(
            machine.spec, memory_mb=memory_mb, vcpus=vcpus)

    def console(self, server_id, lines):
        """A few lines."""
        text = [f'line {n}' for n in range(1, 11)]
        return '\n'.join(text if lines is None else text[-lines:]) + '\n'

    def clean(self):
        """Forget everything."""
        self.machines.clear()
        return ['everything']
