#!/usr/bin/env python3
"""Sends requests made from the server's own openapi.json and checks every answer against it.

    scripts/schemathesis.py --binary target/debug/parlour [-- SCHEMATHESIS OPTION…]

Starts the binary on a fresh directory. The exit status is that of schemathesis.
"""

import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

SCHEMATHESIS_VERSION = "4.32.5"
ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv" / f"schemathesis-{SCHEMATHESIS_VERSION}"

READY_WAIT_SECONDS = 60
STOP_WAIT_SECONDS = 40
RUN_WAIT_SECONDS = 900
LOG_LINES_SHOWN = 60

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]

# The same requests in every run: a failure in CI is the same failure on a desk.
OPTIONS = [
    "--checks", ",".join(CHECKS),
    "--max-examples", "25",
    "--seed", "20261122",
    "--generation-database", "none",
    # The key is always the right one; what a wrong one does has tests of its own.
    "--generation-with-security-parameters", "false",
    "--continue-on-failure",
    "--workers", "2",
    "--request-timeout", "30",
    "--suppress-health-check", "all",
    "--output-truncate", "false",
    "--no-color",
]

# One client sends more here than any program may.
LIMITS = {
    "PARLOUR_LIMITS_API_KEY_PER_SECOND": "100000",
    "PARLOUR_LIMITS_API_KEY_BURST": "100000",
    "PARLOUR_LIMITS_API_KEY_PER_HOUR": "10000000",
}


def install() -> pathlib.Path:
    """The pinned schemathesis in a folder of its own, installed once."""
    program = VENV / "bin" / "schemathesis"
    finished = VENV / "finished"
    if not finished.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        requirement = f"schemathesis=={SCHEMATHESIS_VERSION}"
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", requirement], check=True)
        finished.touch()
    return program


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment() -> dict[str, str]:
    """The caller's environment without settings of a server of theirs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLOUR_")}
    return kept | LIMITS


def wait_until_ready(server: subprocess.Popen, address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_WAIT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}")
        try:
            with opener.open(f"{address}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server was not ready after {READY_WAIT_SECONDS} s")


def stop(server: subprocess.Popen) -> int:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    return server.returncode


def show_log(log: pathlib.Path) -> None:
    lines = log.read_text(errors="replace").splitlines()
    print(f"-- the server's last {LOG_LINES_SHOWN} log lines", file=sys.stderr)
    print("\n".join(lines[-LOG_LINES_SHOWN:]), file=sys.stderr)


def run(binary: pathlib.Path, more_options: list[str]) -> int:
    program = install()
    with tempfile.TemporaryDirectory(prefix="parlour-schemathesis-") as home:
        data = pathlib.Path(home) / "data"
        init = [binary, "init", "--data-dir", data, "--organization", "Schemathesis"]
        owner = ["--email", "owner@example.com", "--name", "Owner", "--json"]
        made = subprocess.run([*init, *owner], env=environment(), stdout=subprocess.PIPE, check=True)
        key = json.loads(made.stdout)["apiKey"]

        address = f"http://127.0.0.1:{free_port()}"
        log = pathlib.Path(home) / "server.log"
        serve = [binary, "serve", "--data-dir", data, "--listen", address.removeprefix("http://")]
        with log.open("wb") as log_file:
            server = subprocess.Popen(
                serve, env=environment(), stdin=subprocess.DEVNULL, stdout=log_file, stderr=log_file
            )
        try:
            wait_until_ready(server, address)
            command = [program, "run", f"{address}/openapi.json", "--header", f"api-key: {key}"]
            command += [*OPTIONS, *more_options]
            status = subprocess.run(command, cwd=home, timeout=RUN_WAIT_SECONDS).returncode
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"error: {error}", file=sys.stderr)
            status = 1
        finally:
            server_status = stop(server)
        if server_status != 0:
            print(f"error: the server ended with status {server_status}", file=sys.stderr)
            status = status or 1
        if status != 0:
            show_log(log)
        return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("options", nargs="*", help="more options for schemathesis, after --")
    arguments = parser.parse_args()
    return run(arguments.binary.resolve(), arguments.options)


if __name__ == "__main__":
    sys.exit(main())
