# Sourced by docker/verify: installs missing Debian packages.

# Installs these packages, or prints that this user may not. It keeps their services from starting (policy-rc.d).
install_packages() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "This needs $*: install it, or run this as root on Debian." >&2
    return 1
  fi
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    ours=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt-get -qq update || true
  local status=0
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null || status=$?
  if [ -n "$ours" ]; then rm -f "$policy"; fi
  return "$status"
}
