# SPDX-License-Identifier: Apache-2.0
"""The table of `trovestack check openstack`."""

import pytest
from checks import openstack

REPORT = """<testsuites><testsuite>
<testcase classname="trove.tests.contract.cloud.test_ports" time="2.5"
 name="test_it_boots[real]"><properties>
 <property name="port" value="compute.boot"/>
 <property name="port" value="compute.show"/></properties></testcase>
<testcase classname="trove.tests.contract.cloud.test_ports" time="1"
 name="test_it_shows[real]"><properties>
 <property name="port" value="compute.show"/></properties>
 <failure message="no"/></testcase>
<testcase classname="trove.tests.contract.cloud.test_ports" time="0"
 name="test_it_migrates[real]"><properties>
 <property name="port" value="compute.migrate"/></properties>
 <skipped message="not available here: a second host"/></testcase>
<testcase classname="trove.tests.contract.cloud.test_ports" time="0"
 name="test_it_ends_badly[real]"><skipped/><error/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / 'report.xml'
    path.write_text(REPORT)
    return list(openstack.read(path))


def test_a_case_has_an_outcome_and_what_it_used(cases):
    assert [case.outcome for case in cases] == [
        'pass', 'FAIL', 'not available', 'FAIL']
    assert cases[0].used == ('compute.boot', 'compute.show')
    assert cases[2].said == 'a second host'


def test_a_run_that_did_not_begin_has_failed(tmp_path):
    [case] = openstack.read(tmp_path / 'none.xml')
    assert case.outcome == 'FAIL'


def test_a_method_is_as_good_as_the_tests_that_used_it(cases):
    found = {case.name: case for case in openstack.methods(cases)}
    assert found['compute.boot'].outcome == 'pass'
    assert found['compute.show'].outcome == 'FAIL'
    assert found['compute.migrate'].outcome == 'not available'


def test_a_method_that_no_test_used_has_failed(cases):
    found = {case.name: case for case in openstack.methods(cases)}
    unused = found['volumes.extend']
    assert (unused.outcome, unused.said) == ('FAIL', 'no test uses it')
    assert set(found) >= {'images.newest', 'objects.account',
                          'secrets.payload', 'network.owned'}


def test_what_was_not_there_before_is_left():
    looks = iter([{'port': {'a': 'old', 'b': 'new'}, 'volume': {}},
                  {'port': {'a': 'old', 'b': 'new'}, 'volume': {}}])
    found = list(openstack.left({'port': {'a': 'old'}},
                                lambda: next(looks), patience_s=0))
    assert [(case.name, case.outcome) for case in found] == [
        ('port', 'FAIL'), ('volume', 'pass')]
    assert 'new b' in found[0].said


def test_what_goes_in_time_is_not_left():
    looks = iter([{'port': {'b': ''}}, {'port': {}}])
    [case] = openstack.left({}, lambda: next(looks), poll_s=0)
    assert case.outcome == 'pass'


def test_the_table_names_each_group_once(cases):
    rows = list(openstack.table(cases))
    assert rows[0] == 'ports' and len(rows) == 5
    assert 'a second host' in rows[3]
