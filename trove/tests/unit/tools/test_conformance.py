# SPDX-License-Identifier: Apache-2.0
"""The table of check conformance, made from a report."""

from checks import conformance

REPORT = """<testsuites><testsuite>
<testcase classname="trove.tests.conformance.test_users" time="1.5"
 name="test_users_log_in[mysql-9.7]"/>
<testcase classname="trove.tests.conformance.test_users" time="2"
 name="test_users_log_in[mariadb-10.11]"><failure/></testcase>
<testcase classname="trove.tests.conformance.test_faults" time="3"
 name="test_it_ends[mysql-9.7-prepare]"><skipped/></testcase>
</testsuite></testsuites>"""
COLUMNS = ['mysql-9.7', 'mariadb-10.11']


def test_verbs_are_rows_and_engines_columns(tmp_path):
    report = tmp_path / 'report.xml'
    report.write_text(REPORT)
    cases = list(conformance.read(report))
    assert [case.passed for case in cases] == [True, False, False]
    lines = [line.split() for line in conformance.table(cases, COLUMNS)]
    assert lines == [
        ['mysql-9.7', 'mariadb-10.11'],
        ['users'],
        ['users', 'log', 'in', 'pass', '1.5', 's', 'FAIL', '2.0', 's'],
        ['faults'],
        ['it', 'ends', 'FAIL', '3.0', 's', '(prepare)', '-']]
