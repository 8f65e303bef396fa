# SPDX-License-Identifier: Apache-2.0
"""The guest agent's main."""

import pytest

from trove.cmd import guest


@pytest.mark.parametrize('word', ['--help', '-h'])
def test_help_neither_asks_who_it_is_nor_writes(word, monkeypatch, capsys):
    def establish(*_):
        raise AssertionError('It became a guest.')

    monkeypatch.setattr('sys.argv', ['trove-guestagent', word])
    monkeypatch.setattr(guest.identity, 'establish', establish)
    # It is the whole process's, and other tests have chosen already.
    monkeypatch.setattr(guest.cmd, 'choose_backend', lambda wanted: None)
    with pytest.raises(SystemExit) as ended:
        guest.main()
    assert ended.value.code == 0
    assert '--config-dir' in capsys.readouterr().out
