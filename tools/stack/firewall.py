# SPDX-License-Identifier: Apache-2.0
"""What this machine's own firewall has to be told, in its own words."""

import collections
import ipaddress
import json
import pathlib
import re

from stack import commands
from stack import errors

#: Tables of one-machine clouds stand in nobody else's way.
OURS = re.compile(r'tc\d*_cloud\Z')
#: Of the older iptables, which nft does not see.
LEGACY = pathlib.Path('/proc/net/ip_tables_names')
VERSIONS = {'ip': (4,), 'ip6': (6,), 'inet': (4, 6)}
HARMLESS = {'accept', 'counter', 'comment', 'log', 'match', 'continue'}

Chain = collections.namedtuple('Chain', 'family table name')


def rules(sources, port):
    """Commands by which ``sources`` come in at a TCP port.

    One for each list of rules that may drop them; none where nothing does,
    None where this machine's rules or the sources are not known.
    """
    if not sources:
        return None
    try:
        ruleset = json.loads(commands.output(
            ['nft', '--json', 'list', 'ruleset'], 'Reading the firewall'))
    except (errors.StackError, ValueError):
        return None
    found = [words for chain in strict(ruleset['nftables'])
             for words in _let_in(chain, sources, port)]
    if _legacy():
        found += _iptables('iptables-legacy', sources, port, 4)
    return found


def strict(things):
    """The chains for what comes in that may refuse something."""
    chains, refusing = [], set()
    for thing in things:
        if 'chain' in thing:
            one = thing['chain']
            key = Chain(one['family'], one['table'], one['name'])
            if (one.get('hook'), one.get('type')) == ('input', 'filter'):
                chains.append(key)
                if one.get('policy') == 'drop':
                    refusing.add(key)
        elif 'rule' in thing:
            one = thing['rule']
            words = {name for part in one['expr'] for name in part}
            if words - HARMLESS:
                refusing.add(Chain(one['family'], one['table'],
                                   one['chain']))
    return [chain for chain in chains
            if chain in refusing and chain.family in VERSIONS
            and not OURS.match(chain.table)]


def _let_in(chain, sources, port):
    if (chain.table, chain.name) == ('filter', 'INPUT'):
        # iptables' own, which cannot read what nft would write there.
        program = 'iptables' if chain.family == 'ip' else 'ip6tables'
        version = VERSIONS[chain.family][0]
        yield from _iptables(program, sources, port, version)
        return
    for version in VERSIONS[chain.family]:
        some = _of(sources, version)
        if some:
            yield (f'nft insert rule {chain.family} {chain.table} '
                   f'{chain.name} {"ip" if version == 4 else "ip6"} saddr '
                   f'{{ {", ".join(some)} }} tcp dport {port} accept')


def _iptables(program, sources, port, version):
    return [f'{program} -I INPUT -s {source} -p tcp --dport {port} -j ACCEPT'
            for source in _of(sources, version)]


def _of(sources, version):
    return [source for source in sources
            if ipaddress.ip_network(source).version == version]


def _legacy():
    try:
        return 'filter' in LEGACY.read_text(encoding='ascii').split()
    except OSError:
        return False
