#!/usr/bin/env python3
"""Judges a WebSocket echo server by Autobahn's fuzzing client, which needs Python 2.7.

    scripts/autobahn.py ws://127.0.0.1:9001 --cache target/autobahn

Exit code 0 where every case is passed, 1 where one is not, 77 where there is no Python 2.7 to run it with. Left out are
the cases of speed (9) and of compression (12, 13), which Parlour does not offer.
"""

import argparse
import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITE = "autobahntestsuite==25.10.1"
SKIPPED = 77
RUN_SECONDS_MAX = 300
PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}

# Its packages share the name space zope, which only a site directory joins.
RUNNER = """
import site, sys
site.addsitedir(sys.argv.pop(1))
import autobahntestsuite.wstest as wstest
wstest.run()
"""


def find_python():
    named = [os.environ.get("PYTHON27"), shutil.which("python2.7"), shutil.which("python2")]
    kept = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/2.7*/bin/python")))
    for candidate in [*named, *kept]:
        if candidate and says_version(candidate):
            return candidate
    return None


def says_version(python):
    command = [python, "-c", "import sys; sys.exit(sys.version_info[:2] != (2, 7))"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def install(python, cache):
    # Named only when it is whole, so that an install that broke off is begun again.
    site = cache / SUITE
    if not site.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as unfinished:
            pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
            subprocess.run([*pip, "--target", f"{unfinished}/site", SUITE], check=True, stderr=subprocess.DEVNULL)
            os.rename(f"{unfinished}/site", site)
    return site


def run(python, site, url):
    with tempfile.TemporaryDirectory() as folder:
        specification = {
            "outdir": f"{folder}/report",
            "servers": [{"agent": "parlour", "url": url}],
            "cases": ["*"],
            "exclude-cases": ["9.*", "12.*", "13.*"],
            "exclude-agent-cases": {},
        }
        Path(folder, "specification.json").write_text(json.dumps(specification))
        Path(folder, "runner.py").write_text(RUNNER)
        command = [python, "runner.py", site, "-m", "fuzzingclient", "-s", "specification.json"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=RUN_SECONDS_MAX)
        return json.loads(Path(folder, "report", "index.json").read_text())["parlour"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of the echo server")
    parser.add_argument("--cache", type=Path, required=True, help="where the suite is installed")
    arguments = parser.parse_args()
    python = find_python()
    if python is None:
        print("autobahn: SKIPPED, there is no Python 2.7 on this machine", file=sys.stderr)
        sys.exit(SKIPPED)
    cases = run(python, install(python, arguments.cache.resolve()), arguments.url)
    failed = {
        name: case for name, case in cases.items() if not {case["behavior"], case["behaviorClose"]} <= PASSED
    }
    counts = collections.Counter(case["behavior"] for case in cases.values())
    print(f"autobahn: {len(cases)} cases, {len(failed)} failed; " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    for name, case in sorted(failed.items()):
        print(f"  {name}: {case['behavior']}, closing {case['behaviorClose']}, {case.get('remoteCloseCode')}")
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()
