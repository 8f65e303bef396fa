# SPDX-License-Identifier: Apache-2.0
"""What the INI file says, as one frozen object."""
import configparser
import dataclasses
import ipaddress
import pathlib

SECTION = 'localcloud'


class SettingsError(Exception):
    """The configuration file is missing or wrong; says how in a sentence."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The configuration of one cloud."""
    state_dir: str
    image_dir: str
    admin_password_file: str = ''
    listen: str = '127.0.0.1'
    also_listen: tuple[str, ...] = ()
    port: int = 8700
    prefix: str = 'tc'
    region: str = 'RegionOne'
    database_url: str = ''      # the catalogue's `database` endpoint
    metadata: bool = True       # serve 169.254.169.254:80
    mgmt_cidr: str = '10.77.0.0/20'
    private_cidr: str = '10.77.16.0/20'
    public_cidr: str = '10.77.32.0/24'
    token_hours: float = 24.0
    threads: int = 16           # HTTP threads per address
    workers: int = 16           # threads for asynchronous work
    reconcile_s: float = 1.0    # how often machines are looked at

    @property
    def state(self):
        """The state directory as a path."""
        return pathlib.Path(self.state_dir)


def load(path):
    """Read the file; raise SettingsError with a sentence if it is wrong."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(path, encoding='utf-8') as stream:
            parser.read_file(stream)
    except (OSError, configparser.Error) as error:
        raise SettingsError(f'Cannot read {path}: {error}') from error
    if not parser.has_section(SECTION):
        raise SettingsError(f'{path} has no [{SECTION}] section.')
    return from_mapping(parser[SECTION])


def from_mapping(values):
    """Settings out of strings, each checked against its field's type."""
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise SettingsError(f'Unknown options: {", ".join(unknown)}.')
    found = {name: _value(fields[name], text)
             for name, text in values.items()}
    for name in ('state_dir', 'image_dir'):
        if not found.get(name):
            raise SettingsError(f'The option {name} is required.')
    return Settings(**found)


def _value(field, text):
    convert = {int: int, float: float, bool: _boolean, str: str,
               tuple[str, ...]: _names}[field.type]
    try:
        value = convert(text.strip())
        if field.name.endswith('_cidr'):
            ipaddress.ip_network(value)
    except ValueError as error:
        raise SettingsError(f'Option {field.name}: {error}.') from error
    return value


def _boolean(text):
    states = configparser.ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError(f'{text!r} is neither true nor false')
    return states[text.lower()]


def _names(text):
    return tuple(text.replace(',', ' ').split())
