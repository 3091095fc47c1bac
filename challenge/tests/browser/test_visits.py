"""Report of a failed test: it says what the test's pages show."""

import pytest

from challenge.tests.browser.conftest import pytest_runtest_makereport

pytestmark = pytest.mark.browser


def test_a_failure_is_reported_with_the_words_of_each_open_page(visits, request):
    visits.open("/nothing-here/", status=404)
    visits.open("/about/")
    visits.complaints.clear()
    hook = pytest_runtest_makereport(request.node)
    next(hook)
    failed = pytest.TestReport(request.node.nodeid, request.node.location, {}, "failed", "", "call")
    with pytest.raises(StopIteration) as end:
        hook.send(failed)
    ((_, told),) = end.value.value.sections
    first, second = told.split("\n\nhttp://")
    assert first.startswith("http://127.0.0.1")
    assert "Error 404" in first
    assert "/about/\n" in second
    assert "About" in second
