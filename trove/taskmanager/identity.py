# SPDX-License-Identifier: Apache-2.0
"""What a guest is given to know itself and to reach us."""

import base64
import configparser
import io
import json

from trove.rpc import broker_names

DIRECTORY = '/etc/trove/conf.d/'
STORE_AUTHORITY = DIRECTORY + 'object-store-ca.pem'


def files(conf, instance, secrets, broker_url):
    """Paths and texts of the files a guest reads before anything else."""
    return {
        DIRECTORY + 'guest_info.conf': _ini({'DEFAULT': {
            'guest_id': instance.id,
            'datastore_manager': instance.manager,
            'datastore_version': instance.version_number,
            'tenant_id': instance.project_id}}),
        DIRECTORY + 'trove-guestagent.conf': _ini(
            _agent(conf, instance.id, broker_url)),
        DIRECTORY + 'link.key': json.dumps({
            'key_id': secrets.key_id,
            'key': base64.b64encode(secrets.key).decode()}),
        **_tls_files(conf)}


def _agent(conf, instance_id, broker_url):
    groups = {
        'DEFAULT': {
            'transport_url': broker_url,
            # Agents of up to 1.2 say what they say where this tells them.
            'conductor_queue': broker_names.outbox(instance_id),
            'report_interval': conf.report_interval,
            'object_store_ca_file': (STORE_AUTHORITY
                                     if conf.guest_swift_ca_file else None)},
        'guest_link': {
            'exchange': broker_names.exchange(instance_id),
            'max_message_bytes': conf.guest_link.max_message_bytes}}
    if conf.guest_link.broker_ssl:
        groups['oslo_messaging_rabbit'] = {
            'ssl': True, **{option: path for option, path, _ in _tls(conf)}}
    return groups


def _tls(conf):
    """(option of the guest, path in the guest, file of ours) of each file
    that TLS needs."""
    link = conf.guest_link
    if not link.broker_ssl:
        return []
    return [(option, DIRECTORY + name, ours) for option, name, ours in (
        ('ssl_ca_file', 'broker-ca.pem', link.broker_ca_file),
        ('ssl_cert_file', 'broker-client.pem', link.broker_client_cert_file),
        ('ssl_key_file', 'broker-client.key', link.broker_client_key_file))
        if ours]


def _tls_files(conf):
    wanted = [(path, ours) for _, path, ours in _tls(conf)]
    if conf.guest_swift_ca_file:
        wanted.append((STORE_AUTHORITY, conf.guest_swift_ca_file))
    texts = {}
    for path, ours in wanted:
        with open(ours, encoding='utf-8') as file:
            texts[path] = file.read()
    return texts


def _ini(groups):
    """oslo.config's form of INI; a dollar sign there begins a reference."""
    parser = configparser.RawConfigParser(default_section='')
    parser.optionxform = str
    parser.read_dict({
        group: {name: str(value).replace('$', '$$')
                for name, value in options.items() if value is not None}
        for group, options in groups.items()})
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()
