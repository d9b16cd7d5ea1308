#!/usr/bin/env python3
"""Runs the suites of the official Brevo clients and of the receivers of webhooks against a Parlour binary.

Installs what a suite needs, starts two servers on fresh data directories and free ports
(the second with a tiny rate limit), and closes with one line: clients: N passed, N failed.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE / ".venv"

INIT_SECONDS_MAX = 60
READY_SECONDS_MAX = 60
READY_POLL_SECONDS = 0.1
STOP_SECONDS_MAX = 40
SUITE_SECONDS_MAX = 300

GENEROUS_LIMITS = {
    "PARLOUR_LIMITS_API_KEY_PER_SECOND": "1000",
    # Pings that name no agent at all are counted together, and every suite sends some.
    "PARLOUR_LIMITS_PING_PER_AGENT_PER_MINUTE": "1000",
    "PARLOUR_LIMITS_PING_BURST": "1000",
    "PARLOUR_LIVE_VISITOR_MESSAGES_PER_SECOND": "100",
    "PARLOUR_LIVE_VISITOR_MESSAGES_AT_ONCE": "100",
}
# Receivers listen on this machine, and nobody waits three seconds for a fragment.
WEBHOOKS = {
    "PARLOUR_WEBHOOKS_ALLOW_NETWORKS": "127.0.0.0/8",
    "PARLOUR_WEBHOOKS_FRAGMENT_SILENCE_SECONDS": "1",
    "PARLOUR_WEBHOOKS_FIRST_RETRY_SECONDS": "1",
}
TINY_LIMITS = {"PARLOUR_LIMITS_API_KEY_PER_SECOND": "1", "PARLOUR_LIMITS_API_KEY_BURST": "2"}


def main():
    arguments = parse_arguments()
    # A terminated run ends its servers too: SystemExit unwinds the exit stack.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    suites = [suite for suite in SUITES if not arguments.suite or suite.name in arguments.suite]

    for suite in suites:
        suite.install(suite.folder)
    with contextlib.ExitStack() as stack:
        generous = GENEROUS_LIMITS | WEBHOOKS
        server = stack.enter_context(running_server(arguments.binary, generous, arguments.database_url))
        slow = stack.enter_context(running_server(arguments.binary, TINY_LIMITS))
        variables = suite_variables(server, slow) | command_variables(arguments.binary, server)
        counts = [run_suite(suite, variables) for suite in suites]

    passed, failed = (sum(column) for column in zip(*counts))
    print(f"clients: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=Path, help="the parlour binary")
    parser.add_argument("--database-url", help="an empty PostgreSQL database for the first server; SQLite otherwise")
    names = [suite.name for suite in SUITES]
    parser.add_argument("--suite", action="append", choices=names, help="only this suite; may be repeated")
    arguments = parser.parse_args()
    arguments.binary = arguments.binary.resolve()
    if not arguments.binary.is_file():
        parser.error(f"there is no binary at {arguments.binary}")
    return arguments


# --- servers ---


@dataclass(frozen=True)
class Server:
    url: str
    api_key: str
    # How a command finds its data.
    settings: dict


@contextlib.contextmanager
def running_server(binary, settings, database_url=None):
    """A server with one organization, stopped and forgotten at the end."""
    if database_url:
        settings = settings | {"PARLOUR_DATABASE_URL": database_url}
    environment = bare_environment() | settings
    with tempfile.TemporaryDirectory(prefix="parlour-clients-") as folder:
        data_dir = f"{folder}/data"
        organization = init(binary, data_dir, environment)
        port = free_port()
        serve = [binary, "serve", "--data-dir", data_dir, "--listen", f"127.0.0.1:{port}"]
        log_path = Path(folder, "serve.log")
        with log_path.open("wb") as log:
            process = subprocess.Popen(serve, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process, log_path)
            yield Server(url, organization["apiKey"], settings | {"PARLOUR_DATA_DIR": data_dir})
        finally:
            stop(process)


def init(binary, data_dir, environment):
    owner = ["--organization", "Clients", "--email", "owner@example.com", "--name", "Owner"]
    done = subprocess.run(
        [binary, "init", "--data-dir", data_dir, *owner, "--json"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=INIT_SECONDS_MAX,
        check=True,
    )
    return json.loads(done.stdout)


def wait_until_ready(url, process, log_path):
    gives_up_at = time.monotonic() + READY_SECONDS_MAX
    while not is_ready(url):
        if process.poll() is not None or time.monotonic() > gives_up_at:
            sys.exit(f"the server did not become ready:\n{log_path.read_text(errors='replace')}")
        time.sleep(READY_POLL_SECONDS)


def is_ready(url):
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def bare_environment():
    """Neither a developer's own server nor a real Brevo account may leak into a run."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARLOUR_", "BREVO_", "NODE_TEST_"))
    }


# --- suites ---


@dataclass(frozen=True)
class Suite:
    name: str
    install: Callable
    command: Callable
    count: Callable

    @property
    def folder(self):
        return HERE / self.name


def install_node(folder):
    lock = folder / "package-lock.json"
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True)


def install_python(folder):
    environment = ENVIRONMENTS / folder.name
    requirements = folder / "requirements.txt"
    # Written last, so that an install that broke off is begun again.
    installed = environment / "requirements.txt"
    if installed.exists() and installed.read_bytes() == requirements.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
    pip = [environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", requirements], check=True)
    shutil.copyfile(requirements, installed)


def node_command(folder):
    return ["node", "--test", "--test-reporter=spec", "--test-concurrency=1"]


def python_command(folder):
    # The SDKs leave it to the collector to close their connections, which is not our concern.
    quiet = ["-W", "ignore::ResourceWarning"]
    return [ENVIRONMENTS / folder.name / "bin" / "python", *quiet, "-m", "unittest", "--verbose"]


def count_node(output):
    counts = {what: int(number) for what, number in re.findall(r"^ℹ (\w+) (\d+)$", output, re.MULTILINE)}
    passed = counts.get("pass", 0)
    return passed, counts.get("tests", 0) - passed


def count_python(output):
    ran = re.findall(r"^Ran (\d+) tests? in", output, re.MULTILINE)
    tests = int(ran[-1]) if ran else 0
    # A test with parts counts once, however many of its parts failed.
    failures = set(re.findall(r"^(?:FAIL|ERROR): (\w+ \([\w.]+\))", output, re.MULTILINE))
    # A class that could not be set up failed, but none of the tests that ran did.
    failed_tests = [name for name in failures if not name.startswith("setUpClass")]
    return tests - len(failed_tests), len(failures)


def suite_variables(server, slow):
    oauth = create_oauth_key(server)
    return {
        "PARLOUR_URL": server.url,
        "PARLOUR_API_KEY": server.api_key,
        "PARLOUR_CLIENT_ID": oauth["clientId"],
        "PARLOUR_CLIENT_SECRET": oauth["clientSecret"],
        "PARLOUR_SLOW_URL": slow.url,
        "PARLOUR_SLOW_API_KEY": slow.api_key,
        # Python suites share the modules beside this file.
        "PYTHONPATH": str(HERE),
    }


def command_variables(binary, server):
    """The binary and its data, for suites that run commands."""
    names = ("PARLOUR_DATA_DIR", "PARLOUR_DATABASE_URL", "PARLOUR_WEBHOOKS_ALLOW_NETWORKS")
    found = {name: server.settings[name] for name in names if name in server.settings}
    return found | {"PARLOUR_BINARY": str(binary)}


def create_oauth_key(server):
    request = urllib.request.Request(
        f"{server.url}/api/v1/keys",
        data=json.dumps({"name": "sdk", "kind": "oauth"}).encode(),
        headers={"api-key": server.api_key, "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"POST /api/v1/keys answered {refusal.code}: {refusal.read().decode(errors='replace')}")


def run_suite(suite, variables):
    print(f"== {suite.name}", flush=True)
    try:
        done = subprocess.run(
            suite.command(suite.folder),
            cwd=suite.folder,
            env=bare_environment() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SUITE_SECONDS_MAX,
        )
    except subprocess.TimeoutExpired as late:
        print(late.output.decode(errors="replace") if late.output else "", end="")
        print(f"{suite.name} took longer than {SUITE_SECONDS_MAX} s", flush=True)
        return 0, 1
    print(done.stdout, end="", flush=True)
    passed, failed = suite.count(done.stdout)
    # A suite that broke down outside its tests must not pass for one without failures.
    if done.returncode != 0 or passed == 0:
        failed = max(failed, 1)
    return passed, failed


SUITES = [
    Suite("brevo-node-6", install_node, node_command, count_node),
    Suite("brevo-node-3", install_node, node_command, count_node),
    Suite("brevo-python-5", install_python, python_command, count_python),
    Suite("sib-python-7", install_python, python_command, count_python),
    Suite("webhooks-node", install_node, node_command, count_node),
    Suite("webhooks-python", install_python, python_command, count_python),
    Suite("live-python", install_python, python_command, count_python),
]

if __name__ == "__main__":
    main()
