"""Files of `deploy/`: they parse, their commands and variables exist, and the programs that read them accept them."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = settings.BASE_DIR
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
VARIABLES = {*re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)}
QUEUES = {one.name for one in settings.CELERY_TASK_QUEUES} | {settings.FIGURES_QUEUE, settings.VERIFY_QUEUE}


def check_command(words: list[str]) -> None:
    """Check that a command names a program of the site, and a command or queue that exists."""
    if words[:2] == ["nice", "-n"]:
        words = words[3:]
    program = Path(words[0]).name
    if program == "gunicorn":
        assert words[1] == "bigsite.wsgi"
    elif program == "celery":
        assert words[1:3] == ["-A", "bigsite"]
        assert words[3] in ("worker", "beat", "inspect")
        if "--queues" in words:
            suffixes = {queue.removeprefix(settings.CELERY_TASK_DEFAULT_QUEUE) for queue in QUEUES}
            asked = words[words.index("--queues") + 1].split(",")
            assert {queue.removeprefix("celery") for queue in asked} <= suffixes
    elif program in ("python", "python3"):
        assert words[1] == "-c" or (words[1] == "manage.py" and words[2] in get_commands())
    else:
        assert (ROOT / words[0]).is_file(), words


def commands_of_unit(path: Path) -> list[list[str]]:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return [shlex.split(value) for name, value in parser["Service"].items() if name.startswith("ExecStart")]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_the_commands_of_a_unit_exist(path):
    commands = commands_of_unit(path)
    assert commands
    for command in commands:
        check_command(command)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_as_its_own_user_and_writes_only_data(path):
    text = path.read_text()
    for line in ("User=big", "UMask=0077", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert line in text.splitlines(), line
    assert "ReadWritePaths=/var/lib/big" in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in (DEPLOY / "systemd").iterdir():
        here = re.sub(r"/srv/big/\.venv/bin/\w+", str(program), path.read_text())
        (tmp_path / path.name).write_text(here.replace("/srv/big", str(ROOT)))
    units = [str(path) for path in tmp_path.iterdir() if path.suffix in (".service", ".timer")]
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    complaints = [line for line in run.stderr.splitlines() if "big-" in line]
    assert not complaints, run.stderr


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_a_container_exists(name):
    command = SERVICES[name].get("command")
    if command:
        check_command(command)


def test_pages_have_priority_over_the_work_of_workers():
    web, worker, figures = (SERVICES[name].get("command", []) for name in ("web", "worker", "figures"))
    assert web[:1] != ["nice"]
    assert worker[:3] == ["nice", "-n", "10"]
    assert figures[:3] == ["nice", "-n", "15"]
    units = {
        path.name: re.findall(r"^Nice=(\d+)", path.read_text(), re.M)
        for path in (DEPLOY / "systemd").iterdir()
    }
    assert units["big-web.service"] == []
    assert units["big-worker.service"] == ["10"]
    assert units["big-figures.service"] == units["big-verify.service"] == ["15"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_cannot_write_its_image_and_gains_no_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert name == "prepare" or "healthcheck" in service
    assert "privileged" not in service


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("database", "broker", "figures"))


def test_volumes_secrets_and_files_are_declared_and_there():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert source == "./tls" or (DEPLOY / source).is_file(), source
            else:
                assert source in COMPOSE["volumes"], source
        assert {*service.get("secrets", [])} <= {*COMPOSE["secrets"]}
        assert {*service.get("depends_on", [])} <= {*SERVICES}
    assert (ROOT / SERVICES["web"]["build"]["dockerfile"]).is_file()
    targets = re.findall(r"^FROM .* AS (\w+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert {SERVICES[name]["build"]["target"] for name in OURS} <= {*targets}


def test_the_secrets_of_the_containers_are_made(tmp_path):
    shutil.copy(DEPLOY / "make-secrets", tmp_path)
    command = [str(tmp_path / "make-secrets"), "smtp+tls://a:b@mail.example.org:587"]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert {*made} == {*COMPOSE["secrets"]}
    assert made["database_password"].strip() in made["database_url"]
    assert len(made["secret_key"].strip()) == 60
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_every_variable_is_one_of_the_site():
    named = re.findall(r"^([A-Z0-9_]+)=", (DEPLOY / "big.env.example").read_text(), re.MULTILINE)
    for name in OURS:
        named += SERVICES[name]["environment"]
    others = {"PROMETHEUS_MULTIPROC_DIR"}
    assert {name.removesuffix("_FILE") for name in named} - others <= VARIABLES


@pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx is not installed (Debian: apt install nginx-light)"
)
def test_nginx_accepts_the_proxys_settings(tmp_path):
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=big.example.org"]
    (tmp_path / "tls").mkdir()
    files = ["-keyout", tmp_path / "tls/privkey.pem", "-out", tmp_path / "tls/fullchain.pem"]
    subprocess.run([*certificate, *files], check=True, capture_output=True)
    for name in ("upstream.conf", "headers.conf", "big.conf"):
        text = (DEPLOY / "nginx" / name).read_text()
        (tmp_path / name).write_text(text.replace("/etc/nginx/big", str(tmp_path)))
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; events {{}} http {{ include {tmp_path}/big.conf; }}")
    run = subprocess.run(
        ["nginx", "-t", "-c", str(main), "-e", "stderr"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "[warn]" not in run.stderr, run.stderr


@pytest.mark.parametrize("name", ["prepare", "make-secrets"])
def test_a_script_is_well_formed(name):
    path = DEPLOY / name
    assert path.stat().st_mode & 0o100
    subprocess.run(["sh", "-n", str(path)], check=True)
    for command in re.findall(r'"\$python" manage\.py (\w+)', path.read_text()):
        assert command in get_commands()
