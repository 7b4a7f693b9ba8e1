"""Look the installed packages up among the known vulnerabilities: ``make audit``.

pip-audit asks the Python Package Index. Where that cannot be asked (offline, or a mirror without advisories), only the
floors below are checked, and the output says so.
"""

import json
import subprocess
import sys
from importlib.metadata import version

from packaging.version import Version

FLOORS = {"gradio": "6.21", "keras": "3.15.0", "opencv-python-headless": "4.12.0.88"}
"""The first version of each package without an advisory that concerns this project, as of November 2026."""

STANDING = "Pillow 12.3.0 has an overflow in its JPEG decoder, mended in 13.0.0; Gradio 6.31 requires Pillow below 13."
"""What is known, has no advisory to look up, and cannot be mended yet."""

ACCEPTED: dict[str, str] = {}
"""Advisories that are known and accepted: identifier to reason."""


def main() -> int:
    """Print what was found; return 1 for a vulnerability that nobody accepted."""
    behind = [f"{name} {version(name)}, older than {floor}" for name, floor in FLOORS.items() if is_behind(name, floor)]
    command = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner", "off", "--format", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    packages = json.loads(answer.stdout)["dependencies"] if answer.stdout.startswith("{") else []
    audited = [package for package in packages if "vulns" in package]
    found = [
        f"{package['name']} {package['version']}: {vuln['id']}, mended in {vuln['fix_versions'] or 'no version'}"
        for package in audited
        for vuln in package["vulns"]
        if vuln["id"] not in ACCEPTED
    ]
    if not audited:
        print("audit: the advisory database cannot be asked from here; only the known floors were checked.")
    for line in [STANDING, *behind, *found]:
        print(f"audit: {line}")
    print(f"audit: {len(audited)} packages looked up, {len(found)} advisories, {len(behind)} behind a known floor")
    return 1 if behind or found else 0


def is_behind(name: str, floor: str) -> bool:
    """Tell whether an installed package is older than a version."""
    return Version(version(name)) < Version(floor)


if __name__ == "__main__":
    sys.exit(main())
