"""The proxy of `deploy/nginx` in front of the web server: clients that send half a request hold up nobody else."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from challenge.tests.processes import Process, in_parallel, wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed (apt install nginx-light)"),
]

HALF, ODD = 48, 64
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_settings(folder: Path, https: int, web: int) -> Path:
    """Write the settings of `deploy/nginx` with ports and folders of this test."""
    (folder / "tls").mkdir()
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=testserver"]
    files = ["-keyout", str(folder / "tls/privkey.pem"), "-out", str(folder / "tls/fullchain.pem")]
    subprocess.run([*certificate, *files], check=True, capture_output=True)
    http = free_port()
    for name in ("headers.conf", "big.conf"):
        text = (settings.BASE_DIR / "deploy/nginx" / name).read_text()
        text = text.replace("/etc/nginx/big", str(folder)).replace("/var/www/big", str(folder / "pages"))
        text = text.replace("listen [::]:", "# ").replace("listen 443", f"listen {https}")
        (folder / name).write_text(text.replace("listen 80", f"listen {http}"))
    (folder / "pages").mkdir()
    (folder / "pages/500.html").write_text("the page of the proxy")
    (folder / "upstream.conf").write_text(f"upstream big {{ server 127.0.0.1:{web}; }}")
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    folders = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    main = folder / "nginx.conf"
    main.write_text(
        f"user root; daemon off; pid {folder}/pid; events {{}} "
        f"http {{ access_log off; {folders} include {folder}/big.conf; }}"
    )
    return main


@pytest.fixture
def https(tmp_path) -> Iterator[tuple[int, Process]]:
    """Port of the proxy, and the web server behind it."""
    port, web_port = free_port(), free_port()
    command = ["gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{web_port}", "--workers", "1"]
    web = Process(command, tmp_path / "web.log", BEHIND_PROXY="on", ALLOWED_HOSTS="testserver", DEBUG="on")
    main = write_settings(tmp_path, port, web_port)
    proxy = subprocess.Popen(["nginx", "-c", str(main), "-e", str(tmp_path / "error.log")])
    try:
        wait_until(lambda: answers(port, "/healthz") == 200, 60, web.log.read_text)
        yield port, web
    finally:
        proxy.terminate()
        proxy.wait()
        web.kill()


def connect(port: int, address: str = "127.0.0.1") -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(address, 0))
    return TLS.wrap_socket(plain, server_hostname="testserver")


def answers(port: int, path: str, address: str = "127.0.0.1") -> int:
    """Return the status of the answer to a client at an address; 0 if nothing listens."""
    try:
        with connect(port, address) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n\r\n".encode())
            return int(client.recv(4096).split()[1])
    except (OSError, IndexError):
        return 0


def test_half_requests_and_odd_pages_hold_up_nobody(https):
    port, _ = https
    half = [connect(port) for _ in range(HALF)]
    for client in half:
        head = "POST /accounts/login/ HTTP/1.1\r\nHost: testserver\r\nContent-Length: 100000\r\n\r\nhalf"
        client.sendall(head.encode())
    odd = [lambda n=n: answers(port, f"/odd/{n}?{'x' * 500}", "127.0.0.2") for n in range(ODD)]
    readers = [lambda: answers(port, "/healthz", "127.0.0.3")] * 8
    statuses = in_parallel([*odd, *readers])
    assert {*statuses[:ODD]} <= {404, 429}  # each is answered
    assert {*statuses[ODD:]} == {200}
    assert answers(port, "/about/", "127.0.0.3") == 200
    for client in half:
        client.close()


def test_the_proxy_says_so_when_the_site_is_down(https):
    port, web = https
    web.kill()
    with connect(port) as client:
        client.sendall(b"GET /about/ HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 502")
    assert b"the page of the proxy" in answer
