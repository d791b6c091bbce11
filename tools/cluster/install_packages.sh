#!/bin/sh
# Installs what a test cluster needs from Debian or Ubuntu, if any of it is missing.
set -eu
missing=""
need() { # program, package
  PATH="$PATH:/usr/sbin:/sbin" command -v "$1" > /dev/null || missing="$missing $2"
}
need containerd containerd
need runc runc
need buildah buildah
need debootstrap debootstrap
need ip iproute2
need iptables iptables
need conntrack conntrack
need tini tini
need unshare util-linux
[ -x /usr/lib/cni/bridge ] || missing="$missing containernetworking-plugins"
[ -x /bin/busybox ] || missing="$missing busybox-static"
[ -n "$missing" ] || exit 0
echo "Installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of packages
apt-get install -y -qq --no-install-recommends $missing > /dev/null
