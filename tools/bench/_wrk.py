# SPDX-License-Identifier: Apache-2.0
"""The load: wrk, which takes little of the processors it shares."""

import dataclasses
import os
import shutil
import subprocess
import tempfile

_SCRIPT = """
wrk.method = os.getenv('BENCH_METHOD')
wrk.body = os.getenv('BENCH_BODY')
wrk.headers['X-Auth-Token'] = os.getenv('BENCH_TOKEN')
wrk.headers['Content-Type'] = 'application/json'
function done(summary, latency, requests)
  local broken = summary.errors
  io.write(string.format('RESULT %d %d %f %f %d %d\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99),
    broken.status,
    broken.connect + broken.read + broken.write + broken.timeout))
end
"""


@dataclasses.dataclass(frozen=True)
class Shot:
    """What is asked for, and whether the answer is a refusal."""

    name: str
    path: str
    method: str = 'GET'
    body: str | None = None
    refused: bool = False


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of some seconds of it."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self):
        """Requests a second."""
        return self.requests / self.seconds


def fire(shot, url, token, clients, seconds):
    """Ask again and again; AssertionError when an answer is not as wanted.
    """
    program = shutil.which('wrk')
    if program is None:
        raise SystemExit('This needs the program wrk: apt-get install wrk')
    environment = {**os.environ, 'BENCH_METHOD': shot.method,
                   'BENCH_TOKEN': token}
    if shot.body:
        environment['BENCH_BODY'] = shot.body
    with tempfile.NamedTemporaryFile('w', suffix='.lua') as script:
        script.write(_SCRIPT)
        script.flush()
        said = subprocess.run(
            [program, '--threads', '1', '--connections', str(clients),
             '--duration', '%ds' % seconds, '--timeout', '20s', '--latency',
             '--script', script.name, url + shot.path],
            env=environment, capture_output=True, text=True, check=True)
    line, = (line for line in said.stdout.splitlines()
             if line.startswith('RESULT'))
    requests, micros, p50, p99, refusals, broken = line.split()[1:]
    wrong = int(refusals) != (int(requests) if shot.refused else 0)
    if wrong or int(broken):
        raise AssertionError('%s: %s requests, %s refused, %s broken' % (
            shot.name, requests, refusals, broken))
    return Outcome(int(requests), int(micros) / 1e6, float(p50) / 1000,
                   float(p99) / 1000)
