#!/bin/sh
# See to it that nginx is there for the tests of proxies, or say what to do. It is unpacked from the system's package,
# not installed: that would start a web server on port 80 of this machine.
set -eu

folder=out/nginx # tests/helpers/proxies.py looks there
for place in nginx /usr/sbin/nginx /usr/local/sbin/nginx "$folder/usr/sbin/nginx"; do
    if found=$(command -v "$place"); then
        echo "Proxy tests use $found."
        exit 0
    fi
done

cure="Install nginx (Debian, Ubuntu: apt-get install nginx; Fedora: dnf install nginx; macOS: brew install nginx)."
if ! command -v apt-get >/dev/null; then
    echo "The proxy tests need nginx, and this system has no apt-get to fetch it with. $cure" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then root=""; else root="sudo -n"; fi
echo "Fetching nginx from the system's packages..."
mkdir -p "$folder"
cd "$folder"
unpacked() { # on Ubuntu before 24.04 the program is in nginx-core
    apt-get download -qq "$1" && dpkg-deb --extract "$1"_*.deb . && usr/sbin/nginx -v
}
fetched() { unpacked nginx || unpacked nginx-core; }
if ! { fetched || { $root apt-get update -qq && fetched; }; } >/dev/null 2>log; then
    cat log >&2
    echo "nginx could not be fetched from the system's packages. $cure" >&2
    exit 1
fi
