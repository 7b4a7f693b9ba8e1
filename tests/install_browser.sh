#!/bin/sh
# See to it that Chromium is there for the browser tests: from the system's packages, or say what to do.
set -eu

found=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -n "$found" ]; then
    echo "Browser tests use $found."
    exit 0
fi

cure="Install Chromium (Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium; macOS: brew install chromium) \
or set CHROMIUM to the path of a Chromium or Chrome."
if ! command -v apt-get >/dev/null; then
    echo "The browser tests need Chromium, and this system has no apt-get to install it with. $cure" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then root=""; else root="sudo -n"; fi
echo "Installing Chromium from the system's packages..."
if ! { $root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends \
        chromium fonts-dejavu-core; } >/dev/null; then
    echo "Chromium could not be installed from the system's packages. $cure" >&2
    exit 1
fi
