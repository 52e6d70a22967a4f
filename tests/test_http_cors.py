"""Pages of other sites: they may read what is public, without credentials, and write nothing."""

from __future__ import annotations

import pytest

from served import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


ASKING = {"Origin": "https://map.example", "Access-Control-Request-Method": "GET"}


@pytest.mark.parametrize(
    "path",
    ["/v1/alerts", "/v1/changes", "/v1/stream", "/v1/areas/UA80000000000093317", "/now/all.json", "/v1/log",
     "/v1/openapi.json", "/healthz", "/v1/alerts/active.json", "/cap/feed.atom"],
)  # fmt: skip
def test_any_page_may_ask_whether_it_may_read(server, path):
    answer = server.http.options(path, headers=ASKING)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/reports", "/v1/webhooks/dead/all", "/desk/orders"])
def test_no_page_of_another_site_may_write(server, path):
    answer = server.http.options(path, headers=ASKING | {"Access-Control-Request-Method": "POST"})
    assert "access-control-allow-methods" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_a_key_is_never_sent_across_sites(server):
    asking = ASKING | {"Access-Control-Request-Headers": "authorization"}
    answer = server.http.options("/v1/picture?view=desk", headers=asking)
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()
