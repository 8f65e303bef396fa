# SPDX-License-Identifier: Apache-2.0
"""From a server's document to what the host is asked to run."""
import base64
import json

from localcloud.host import errors as host_errors
from localcloud.host import specs
from localcloud.image import images
from localcloud.image import manifest
from localcloud.network import firewall


def layers(cloud, image_id):
    """The layers of an image; HostError if it cannot be booted."""
    path = images.path(cloud, image_id)
    try:
        if path.stat().st_size > manifest.LARGEST:
            raise manifest.BadManifest(
                'The image is not a layer manifest; this cloud boots '
                'layers only.')
        return manifest.layers(path.read_bytes(), cloud.settings.image_dir)
    except (OSError, manifest.BadManifest) as error:
        raise host_errors.HostError(
            f'Image {image_id} cannot be booted: {error}') from error


def ports_of(store, doc):
    """The documents of a server's ports, in order."""
    found = (store.get('port', port_id) for port_id in doc['port_ids'])
    return [p for p in found if p and p['device_id'] == doc['id']]


def port_spec(store, port):
    """A port as the host knows it."""
    address = port['fixed_ips'][0]
    subnet = store.get('subnet', address['subnet_id'])
    return specs.PortSpec(
        port_id=port['id'], network_id=port['network_id'],
        mac=port['mac_address'], ip=address['ip_address'],
        cidr=subnet['cidr'], gateway_ip=subnet['gateway_ip'],
        rules=firewall.rules_for(store, port))


def spec(cloud, doc):
    """Everything the host must know to run a server."""
    ports = ports_of(cloud.store, doc)
    return specs.MachineSpec(
        server_id=doc['id'], name=doc['name'], hostname=doc['hostname'],
        layers=tuple(doc['layers']), memory_mb=doc['flavor']['ram'],
        vcpus=doc['flavor']['vcpus'],
        ports=tuple(port_spec(cloud.store, port) for port in ports),
        volumes=tuple(specs.VolumeSpec(volume_id=v['volume_id'],
                                       device=v['device'])
                      for v in doc['volumes']),
        config_drive=(config_drive(cloud.store, doc)
                      if doc['config_drive'] else None),
        dns=_dns(cloud.store, ports))


def _dns(store, ports):
    for port in ports:
        for address in port['fixed_ips']:
            names = store.get('subnet', address['subnet_id'])[
                'dns_nameservers']
            if names:
                return names[0]
    return None


def config_drive(store, doc):
    """The files of the config drive; the metadata service gives the same."""
    files = {
        'openstack/latest/meta_data.json': _json(meta_data(store, doc)),
        'openstack/latest/network_data.json': _json(
            network_data(store, doc)),
        'openstack/latest/vendor_data.json': b'{}'}
    if doc['user_data'] is not None:
        files['openstack/latest/user_data'] = base64.b64decode(
            doc['user_data'])
    for i, entry in enumerate(doc['files']):
        files[f'openstack/content/{i:04d}'] = base64.b64decode(
            entry['contents'])
    return files


def _json(value):
    return json.dumps(value).encode()


def meta_data(store, doc):
    """meta_data.json, as Nova writes it."""
    body = {'uuid': doc['id'], 'name': doc['name'],
            'hostname': doc['hostname'], 'launch_index': 0,
            'availability_zone': doc['availability_zone'],
            'project_id': doc['project_id'], 'meta': doc['metadata'],
            'devices': [{'type': 'disk', 'bus': 'virtio', 'tags': [
                v['tag']] if v['tag'] else [], 'path': v['device'],
                'serial': v['volume_id']} for v in doc['volumes']]}
    key = doc['key_name'] and store.get(
        'keypair', f'{doc["user_id"]}:{doc["key_name"]}')
    if key:
        body['public_keys'] = {key['name']: key['public_key']}
        body['keys'] = [{'name': key['name'], 'type': key['type'],
                         'data': key['public_key']}]
    if doc['files']:
        body['files'] = [{'path': f['path'], 'content_path':
                          f'/content/{i:04d}'}
                         for i, f in enumerate(doc['files'])]
    return body


def network_data(store, doc):
    """network_data.json, as Nova writes it."""
    links, networks, services = [], [], {}
    for i, port in enumerate(ports_of(store, doc)):
        links.append({'id': f'tap{port["id"][:11]}', 'type': 'bridge',
                      'ethernet_mac_address': port['mac_address'],
                      'vif_id': port['id'], 'mtu': 1500})
        for address in port['fixed_ips']:
            subnet = store.get('subnet', address['subnet_id'])
            gateway = subnet['gateway_ip']
            networks.append({
                'id': f'network{i}', 'link': links[-1]['id'],
                'type': 'ipv4', 'ip_address': address['ip_address'],
                'netmask': _netmask(subnet['cidr']),
                'network_id': port['network_id'],
                'routes': [{'network': '0.0.0.0', 'netmask': '0.0.0.0',
                            'gateway': gateway}] if gateway else []})
            for name in subnet['dns_nameservers']:
                services[name] = {'type': 'dns', 'address': name}
    return {'links': links, 'networks': networks,
            'services': list(services.values())}


def _netmask(cidr):
    bits = int(cidr.rsplit('/', 1)[1])
    mask = (0xffffffff << (32 - bits)) & 0xffffffff
    return '.'.join(str(mask >> shift & 255) for shift in (24, 16, 8, 0))
