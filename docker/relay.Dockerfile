# The relay and the viewer page in one container: the whole product except the agent. Build it from the root of the project:
#   docker build -f docker/relay.Dockerfile -t screen-share-relay .

# On Node 22 and newer, uWebSockets.js needs glibc 2.38 or newer. It has no build for musl (Alpine).
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1 npm_config_verify_deps_before_run=false
# The optional secret "npmrc" names another registry and its certificates. No layer contains it.
COPY package.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm install --global "$(node -p 'require("./package.json").packageManager')"
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/relay/package.json apps/relay/
COPY apps/viewer/package.json apps/viewer/
COPY packages/program/package.json packages/program/
COPY packages/protocol/package.json packages/protocol/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=cache,id=screen-share-pnpm,target=/pnpm-store \
    pnpm install --frozen-lockfile --store-dir /pnpm-store \
      --filter @screen-share/relay... --filter @screen-share/viewer...
COPY tsconfig.base.json ./
COPY scripts/untracked.mjs scripts/
COPY packages packages
COPY apps apps
RUN pnpm --filter @screen-share/relay --filter @screen-share/viewer run build
# The runtime: the bundles, the page, and uWebSockets.js, which is not bundled, with only the binary for this platform. The folders are
# those of the project. uWebSockets.js is the current release if that has a build for this platform, otherwise the older package. It is
# loaded here once, so that a wrong base image fails the build.
COPY docker/healthcheck docker/mint /out/usr/local/bin/
COPY LICENSE /out/app/
RUN relay=/out/app/apps/relay && mkdir -p $relay/dist $relay/node_modules/@uwsjs /out/app/apps/viewer && \
    cp apps/relay/package.json $relay/ && cp apps/relay/dist/*.js $relay/dist/ && cp -r apps/viewer/out /out/app/apps/viewer/ && \
    cd apps/relay/node_modules && current=$(realpath @uwsjs/core) && \
    build=$(node -p '`${process.platform}-${process.arch}-${process.versions.node.split(".")[0]}`') && \
    if [ -e $current/../$build ]; then \
      cp -r $current $relay/node_modules/@uwsjs/core && cp -rL $current/../$build $relay/node_modules/@uwsjs/; \
    else \
      binary=$(node -p '`uws_${process.platform}_${process.arch}_${process.versions.modules}.node`') && \
      mkdir $relay/node_modules/uWebSockets.js && \
      (cd uWebSockets.js && cp package.json LICENSE uws.js $binary $relay/node_modules/uWebSockets.js/); \
    fi && \
    cd $relay && node -e 'let uws; try { uws = require("@uwsjs/core") } catch { uws = require("uWebSockets.js") } uws.App()' && \
    find $relay/node_modules -name '*.d.ts' -delete && \
    chmod -R a+rX,go-w /out && chmod 755 /out/usr/local/bin/*

FROM ${NODE_IMAGE}
# The image needs no package manager.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg
COPY --from=build /out/ /
WORKDIR /app
# Node would let its heap grow to the whole memory, but pictures and data that waits for viewers are outside of the heap. With a fixed
# threshold, the C library returns large buffers to the system as soon as they are free.
ENV MALLOC_MMAP_THRESHOLD_=262144
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size-percentage=50 HOST=0.0.0.0 PORT=8000
USER node
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["healthcheck"]
ENTRYPOINT []
CMD ["node", "apps/relay/dist/main.js"]
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Screen Share relay" \
      org.opencontainers.image.description="Shows a screen, live, to those who have the link" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
