# Sourced by docker/verify: a container engine. Uses the running one, or, as root on Debian, starts one that ends with this script. That one
# has its own data and socket, and does not change the machine's network. Sets DOCKER (the client) and, if needed, DOCKER_HOST.

engine_pid=

# Sets DOCKER to a client that can build with secrets: not every client has BuildKit.
find_client() {
  for DOCKER in docker /usr/bin/docker; do
    if DOCKER_BUILDKIT=1 "$DOCKER" build --help 2>/dev/null | grep -q -- '--secret '; then return 0; fi
  done
  return 1
}

# Succeeds if there is an engine afterwards. Otherwise prints the reason.
engine_start() {
  if docker version >/dev/null 2>&1; then
    if find_client; then return 0; fi
    echo "The docker client here cannot build: it lacks BuildKit (buildx)." >&2
    return 1
  fi
  if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
    echo "There is no container engine here: \`docker version\` finds none, and only root on Linux can start one." >&2
    return 1
  fi
  if ! command -v dockerd >/dev/null; then
    # Newer releases of Debian have separate packages for the client and BuildKit. One installation that includes the needs of images.sh is
    # quicker than two.
    local packages=(docker.io debootstrap docker-compose) name
    for name in docker-cli docker-buildx; do
      if apt-cache show "$name" >/dev/null 2>&1; then packages+=("$name"); fi
    done
    install_packages "${packages[@]}" || return 1
  fi
  if ! find_client; then
    echo "There is no docker client here that can build: it lacks BuildKit (buildx)." >&2
    return 1
  fi
  engine_own
}

engine_own() {
  local home=$WORK/engine free_kb
  # With enough memory, the temporary files (about 3 GB) need not go to a disk.
  free_kb=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  if [ -z "${VERIFY_FOLDER:-}" ] && [ "$free_kb" -gt $((10 * 1024 * 1024)) ]; then
    mount -t tmpfs -o size=6g,mode=700 screen-share-verify "$WORK"
  fi
  mkdir -p "$home"
  export DOCKER_HOST=unix://$home/docker.sock
  setsid dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/dockerd.pid" -H "$DOCKER_HOST" \
    --iptables=false --ip6tables=false --bridge=none --ip-forward=false --ip-masq=false >"$home/log" 2>&1 </dev/null &
  engine_pid=$!
  local i
  for ((i = 0; i < 300; i++)); do
    if "$DOCKER" version >/dev/null 2>&1; then return 0; fi
    if ! kill -0 "$engine_pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "A container engine cannot run here:" >&2
  tail -n 5 "$home/log" >&2
  return 1
}

# Stops the engine that engine_start started, if any, and unmounts what it leaves mounted.
engine_stop() {
  [ -n "$engine_pid" ] || return 0
  kill "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  engine_pid=
  local mounted
  awk -v ours="$WORK/" 'index($2 "/", ours) == 1 { print $2 }' /proc/mounts | sort -r |
    while read -r mounted; do umount "$mounted" 2>/dev/null || true; done
}
