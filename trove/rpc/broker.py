# SPDX-License-Identifier: Apache-2.0
"""Broker users of guests, through RabbitMQ's management API.

What each guest may do was measured on RabbitMQ 3.10: declare, bind, read and
write what bears its own name, and nothing else. It has no right on any
exchange that others use, not even to write under its own topic: who may also
declare queues and exchanges gets around topics, by a binding between
exchanges, an alternate exchange or a dead letter.
"""

import pathlib
import re
import urllib.parse

import requests

from trove.common import exception
from trove.objects import orphan
from trove.rpc import broker_names

#: A process that is away longer finds its own queue made anew.
_OUTLIVES_MS = 3600000

_GUEST_QUEUE = re.compile(
    r'(?:guestagent|guestoutbox)\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:[._].*)?')


class BrokerError(exception.Unavailable):
    """The management API refused or did not answer."""

    template = 'RabbitMQ management: %(reason)s'


class Broker:
    """Makes, limits and removes the broker users of guests.

    Every method may be repeated; what is already so counts as done. Raises
    BrokerError when the management API does not do it. ``announce`` is told
    the id of each instance that has a user now, for conductors to listen.
    """

    def __init__(self, conf, announce=None):
        self._conf = conf
        self._announce = announce or (lambda instance_id: None)
        link = conf.guest_link
        if not link.management_url or not link.management_password_file:
            raise exception.ConfigError(
                'Set [guest_link] management_url and '
                'management_password_file: each guest gets a broker user '
                'of its own through the management API of RabbitMQ.')
        if not link.broker_hosts:
            raise exception.ConfigError(
                'Set [guest_link] broker_hosts to the host:port of RabbitMQ '
                'as guests reach it.')
        if link.broker_ssl and not link.broker_ca_file:
            raise exception.ConfigError(
                'Set [guest_link] broker_ca_file: TLS without a look at the '
                'certificate keeps nobody out.')
        if bool(link.broker_client_cert_file) != bool(
                link.broker_client_key_file):
            raise exception.ConfigError(
                'Set both of [guest_link] broker_client_cert_file and '
                'broker_client_key_file, or neither.')
        try:
            password = pathlib.Path(
                link.management_password_file).read_text().strip()
        except OSError as error:
            raise exception.ConfigError(
                'The password of the management API cannot be read: %s.'
                % error) from error
        self._session = requests.Session()
        self._session.auth = (link.management_user, password)
        self._session.verify = link.management_ca_file or True
        self._policy_applied = False
        self._base = link.management_url.rstrip('/') + '/api/'
        self._vhost = urllib.parse.quote(link.broker_virtual_host, safe='')

    def create_user(self, instance_id, password, user=None,
                    as_before=False):
        """Give an instance a broker user with exactly its rights.

        ``user`` is one of its two names, the first by default. With
        ``as_before`` it may use the shared exchange if the instance's other
        user may: guests from before there were exchanges of their own go on
        with what they were told.
        """
        if not self._policy_applied:
            self.apply_policy()
        user = user or broker_names.user(instance_id)
        self._call('PUT', 'users/' + user,
                   {'password': password, 'tags': ''})
        own = r'guestagent\.%s([._].*)?' % re.escape(instance_id)
        reach = '^%s$' % own
        if as_before and self._uses_shared(instance_id):
            reach = '^(%s|%s)$' % (
                own, re.escape(self._conf.guest_link.exchange))
            self._limit_topics(instance_id, user)
        self._call('PUT', 'permissions/%s/%s' % (self._vhost, user), {
            'configure': '^%s$' % own, 'write': reach, 'read': reach})
        for limit, value in (
                ('max-connections',
                 self._conf.guest_link.max_connections_per_guest),
                ('max-channels',
                 self._conf.guest_link.max_channels_per_guest)):
            self._call('PUT', 'user-limits/%s/%s' % (user, limit),
                       {'value': value})
        self._announce(instance_id)

    def _uses_shared(self, instance_id):
        exchange = re.escape(self._conf.guest_link.exchange)
        found = (self._call('GET', 'permissions/%s/%s' % (self._vhost, user))
                 for user in broker_names.users(instance_id))
        return any(exchange in one['write'] for one in found if one)

    def _limit_topics(self, instance_id, user):
        self._call('PUT', 'topic-permissions/%s/%s' % (self._vhost, user), {
            'exchange': self._conf.guest_link.exchange,
            'write': '^%s$' % re.escape(broker_names.outbox(instance_id)),
            'read': r'^guestagent\.%s(\..*)?$' % re.escape(instance_id)})

    def delete_user(self, instance_id):
        """Close the instance's connections and remove its user."""
        self.delete_other_user(instance_id, keep=None)

    def delete_other_user(self, instance_id, keep):
        """Remove the user that the instance has changed from.

        The broker closes the connections of a user that is removed.
        """
        for user in broker_names.users(instance_id):
            if user != keep:
                self._call('DELETE', 'users/' + user)

    def users(self):
        """Ids of the instances that have a broker user."""
        prefix = broker_names.user('')
        return sorted({
            user['name'][len(prefix):].partition('.')[0]
            for user in self._call('GET', 'users')
            if user['name'].startswith(prefix)})

    def queues(self, instance_id):
        """Names of the queues that belong to an instance."""
        pattern = r'^(guestagent|guestoutbox)\.%s([._].*)?$' % re.escape(
            instance_id)
        return list(self._found('queues', pattern))

    def owned(self):
        """Every broker user and every queue of a guest."""
        return [*(orphan.Thing(
            kind='broker_user', external_id=broker_names.user(instance_id),
            instance_id=instance_id) for instance_id in self.users()),
            *(orphan.Thing(kind='queue', external_id=name,
                           instance_id=found.group(1))
              for name in self._found('queues', r'^(guestagent|guestoutbox)\.')
              if (found := _GUEST_QUEUE.fullmatch(name)))]

    def _found(self, what, pattern):
        page, pages = 1, 1
        while page <= pages:
            answer = self._call(
                'GET', '%s/%s' % (what, self._vhost),
                query={'name': pattern, 'use_regex': 'true', 'page': page,
                       'page_size': 500, 'columns': 'name'})
            yield from (one['name'] for one in answer['items'])
            page, pages = page + 1, answer.get('page_count', 1)

    def delete_queues(self, instance_id):
        """Remove the queues and exchanges of an instance, whoever made them
        under its name."""
        found = [('queues', name) for name in self.queues(instance_id)]
        found += [('exchanges', name) for name in list(self._found(
            'exchanges', r'^guestagent\.%s([._].*)?$'
            % re.escape(instance_id)))]
        for what, name in found:
            self._call('DELETE', '%s/%s/%s' % (
                what, self._vhost, urllib.parse.quote(name, safe='')))

    def apply_policy(self):
        """Bound what may wait for guests and from them, and how long queues
        outlive the process that they were named after."""
        self._put_policy('trove-guests', r'^guestagent\.', {
            'max-length': self._conf.guest_link.queue_max_length,
            'max-length-bytes': self._conf.guest_link.queue_max_bytes,
            'overflow': 'drop-head'})
        self._put_policy(
            'trove-outboxes', '^' + re.escape(broker_names.OUTBOX), {
                'max-length': self._conf.guest_link.outbox_max_length,
                'max-length-bytes': self._conf.guest_link.outbox_max_bytes,
                'overflow': 'drop-head'})
        topics = '|'.join(re.escape(topic) for topic in (
            self._conf.taskmanager_queue, self._conf.conductor_queue,
            self._conf.answers_queue))
        self._put_policy('trove-processes', r'^(%s)\.' % topics,
                         {'expires': _OUTLIVES_MS})
        self._policy_applied = True

    def _put_policy(self, name, pattern, definition):
        self._call('PUT', 'policies/%s/%s' % (self._vhost, name), {
            'pattern': pattern, 'apply-to': 'queues', 'priority': 10,
            'definition': definition})

    def guest_url(self, instance_id, password, user=None):
        """The transport URL that a guest is given."""
        link = self._conf.guest_link
        who = '%s:%s' % (user or broker_names.user(instance_id),
                         urllib.parse.quote(password, safe=''))
        hosts = ','.join('%s@%s' % (who, host) for host in link.broker_hosts)
        vhost = link.broker_virtual_host
        return 'rabbit://%s/%s' % (
            hosts, '' if vhost == '/' else urllib.parse.quote(vhost, safe=''))

    def _call(self, method, path, body=None, query=None):
        try:
            answer = self._session.request(
                method, self._base + path, json=body, params=query,
                timeout=self._conf.guest_link.management_timeout)
        except requests.RequestException as error:
            raise BrokerError(reason='%s failed: %s' % (
                method, type(error).__name__)) from error
        if answer.status_code == 404 and (
                method == 'DELETE' or path.startswith('permissions/')):
            return None
        if not answer.ok:
            raise BrokerError(reason='%s %s was answered with %s' % (
                method, path.split('/')[0], answer.status_code))
        return answer.json() if method == 'GET' else None
