# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: how trove-api listens, answers and limits."""

import os

from oslo_config import cfg

GROUP = None


def _page_size(collection):
    return cfg.IntOpt(
        collection + '_page_size', default=20, min=1,
        help='Most %s in one answer; a larger "limit" is lowered to it. '
             'Command line clients look names up on the first page only: '
             '1000 spares their users surprises.' % collection)


def _rate(option, what):
    return cfg.IntOpt(
        option, default=200, min=0,
        help='%s requests a minute that one project may send to one API '
             'process, or to all of them with rate_limit_redis_url; 0 '
             'lifts the limit.' % what)


OPTS = [
    cfg.HostAddressOpt('bind_host', default='0.0.0.0',
                       help='Address that trove-api listens on.'),
    cfg.PortOpt('bind_port', default=8779,
                help='Port that trove-api listens on.'),
    cfg.IntOpt('trove_api_workers', default=os.cpu_count() or 1, min=1,
               sample_default='<number of cores>',
               help='Processes of trove-api. With 1 it serves in the '
                    'process that was started.'),
    cfg.IntOpt('trove_api_threads', default=8, min=1,
               help='Threads of each of these processes.'),
    cfg.IntOpt('max_header_line', default=16384, min=1024,
               help='Most bytes of one request header; raise it where '
                    'tokens are longer.'),
    cfg.URIOpt('public_endpoint', schemes=['http', 'https'],
               help='Base of every link in answers, such as '
                    'https://db.example.org/database; the address of the '
                    'request when unset.'),
    cfg.ListOpt('admin_roles', default=[], deprecated_for_removal=True,
                deprecated_reason='The policy rule context_is_admin says '
                                  'who is admin.',
                help='Roles that make a caller admin, in place of the rule '
                     'context_is_admin.'),
    _page_size('instances'),
    _page_size('databases'),
    _page_size('users'),
    _page_size('backups'),
    _page_size('configurations'),
    _page_size('modules'),
    _rate('http_get_rate', 'GET'),
    _rate('http_post_rate', 'POST'),
    _rate('http_put_rate', 'PUT and PATCH'),
    _rate('http_delete_rate', 'DELETE'),
    _rate('http_mgmt_post_rate', 'POST /mgmt'),
    cfg.StrOpt('rate_limit_redis_url', secret=True,
               help='Redis (or Valkey) in which all processes of the API '
                    'count requests together, such as '
                    'redis://:password@controller:6379/0; needs the Python '
                    'package redis (trove[redis]). Each process counts by '
                    'itself when unset, and while the store is away: N '
                    'processes then let N times the rates through.'),
    cfg.StrOpt('audit_map_file',
               help='File that tells keystonemiddleware how to name requests '
                    'in CADF audit events; etc/trove/api_audit_map.conf is '
                    'one. No events are made when unset.'),
    cfg.StrOpt('ip_regex',
               help='Addresses of an instance are shown only if they match '
                    'this and do not match black_list_regex; works when '
                    'both are set.'),
    cfg.StrOpt('black_list_regex',
               help='See ip_regex.'),
    cfg.StrOpt('default_datastore',
               help='Name or id of the datastore of a new instance whose '
                    'request names none.'),
    cfg.BoolOpt('hostname_require_valid_ip', default=True,
                help='The host of a database user must be an address, a '
                     'network or a pattern of one.'),
    cfg.FloatOpt('catalogue_cache_time', default=60, min=0,
                 help='Seconds for which flavors, volume types, zones, '
                      'images and networks of the cloud are remembered. '
                      'What is not found is always asked for again.'),
]
