# Sourced by docker/verify: the images that ours needs. If no image registry can be reached, replacements are made from Debian packages
# (debootstrap, caddy) and the npm registry (Node and npm).

# Succeeds if this image exists or can be pulled.
have_image() {
  "$DOCKER" image inspect "$1" >/dev/null 2>&1 || timeout 120 "$DOCKER" pull -q "$1" >/dev/null 2>&1
}

# The base of our image. Sets NODE_IMAGE, or prints why there is none.
base_image() {
  NODE_IMAGE=$(sed -n 's/^ARG NODE_IMAGE=//p' docker/relay.Dockerfile)
  if have_image "$NODE_IMAGE"; then return 0; fi
  # Such as node:24-trixie-slim.
  local tag=${NODE_IMAGE#*:}
  NODE_IMAGE=screen-share-node:$tag
  if "$DOCKER" image inspect "$NODE_IMAGE" >/dev/null 2>&1; then return 0; fi
  echo "No image registry can be reached; making a replacement for node:$tag from packages."
  stand_in "${tag%%-*}" "$(cut -d- -f2 <<<"$tag")"
}

# The image of Caddy. Sets CADDY_IMAGE.
caddy_image() {
  CADDY_IMAGE=$(sed -n 's/.*CADDY_IMAGE:-\(.*\)}$/\1/p' docker/compose.yaml)
  if have_image "$CADDY_IMAGE"; then return 0; fi
  CADDY_IMAGE=screen-share-caddy:stand-in
  if "$DOCKER" image inspect "$CADDY_IMAGE" >/dev/null 2>&1; then return 0; fi
  local folder=$WORK/caddy
  mkdir -p "$folder"
  # Unpacked instead of installed, because installing a web server may start it.
  (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download caddy && dpkg-deb -x caddy_*.deb .) || return 1
  cat >"$folder/Dockerfile" <<END
FROM $NODE_IMAGE
COPY usr/bin/caddy /usr/bin/caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
END
  DOCKER_BUILDKIT=1 "$DOCKER" build -q -t "$CADDY_IMAGE" "$folder" >/dev/null
}

# The Compose client. Sets COMPOSE.
compose_client() {
  COMPOSE="$DOCKER compose"
  if $COMPOSE version >/dev/null 2>&1; then return 0; fi
  COMPOSE=docker-compose
  if command -v "$COMPOSE" >/dev/null; then return 0; fi
  install_packages docker-compose
}

stand_in() {
  local major=$1 suite=$2 root=$WORK/rootfs mirror arch
  if ! command -v debootstrap >/dev/null; then install_packages debootstrap || return 1; fi
  # The same mirror as that of this system.
  mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\).*/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1 || true)
  rm -rf "$root"
  if ! debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$WORK/debootstrap.log" 2>&1; then
    tail -n 5 "$WORK/debootstrap.log" >&2
    return 1
  fi
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* \
    "$root"/usr/share/{doc,man,info,locale,lintian}/* "$root"/etc/{resolv.conf,hostname}

  case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x64 ;; esac
  unpack "node-linux-$arch@$major" "$root/usr/local"
  unpack npm@11 "$root/usr/local/lib/node_modules/npm"
  rm -f "$root/usr/local/package.json"
  # Like the official image, it has only the headers of this platform.
  find "$root/usr/local/include/node/openssl/archs" -mindepth 1 -maxdepth 1 ! -name "linux-${arch/x64/x86_64}" -exec rm -rf {} +
  chmod 755 "$root/usr/local/bin/node" "$root"/usr/local/lib/node_modules/npm/bin/*-cli.js
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chroot "$root" groupadd --gid 1000 node
  chroot "$root" useradd --uid 1000 --gid node --shell /bin/bash --create-home node

  if ! chroot "$root" /usr/local/bin/npm --version >/dev/null; then
    echo "The replacement image does not work." >&2
    return 1
  fi

  tar -C "$root" --numeric-owner --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' -c . |
    "$DOCKER" import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      --change 'CMD ["node"]' - "$NODE_IMAGE" >/dev/null
  rm -rf "$root"
}

# Unpacks a package from the npm registry into a folder. npm checks its hash.
unpack() {
  local packed
  packed=$(cd "$WORK" && npm pack --silent "$1" 2>/dev/null | tail -n 1)
  mkdir -p "$2"
  tar -C "$2" --no-same-owner --strip-components=1 -xzf "$WORK/$packed"
  rm -f "$WORK/$packed"
}
