# The service and what it needs, and nothing else: no shell, no package manager, one user without rights.
# How to build and run it: docs/operations.md, "Container image".

# Brings Node 24, npm and a shell; the C library must be glibc.
ARG BUILD_IMAGE=node:24-bookworm-slim
# What the service stands on: the stage of that name below, or any image with Node 24 in a folder of PATH.
ARG RUNTIME_IMAGE=runtime

FROM ${BUILD_IMAGE} AS build
# Another registry of packages, where npm's own is not reached. Unset, it is npm's.
ARG NPM_CONFIG_REGISTRY
WORKDIR /image/onhook
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && rm package-lock.json .npmrc
COPY src ./src
COPY schemas ./schemas
COPY config ./config

# Node, the libraries that it and the packages are linked to, and what the C library asks for names.
# The package lists tell scanners which versions of Debian's packages these are.
RUN set -eu; \
    mkdir -p /runtime/usr/local/bin /runtime/etc /runtime/var/lib/dpkg /runtime/usr/share/doc; \
    node="$(readlink -f "$(command -v node)")"; \
    cp "$node" /runtime/usr/local/bin/node; \
    cp --parents --dereference \
      $(find /image/onhook/node_modules -name '*.node' -exec ldd "$node" {} + | grep -oE '/[^ ]+\.so[^ ]*' | sort -u) \
      /runtime; \
    cp /etc/os-release /runtime/etc/os-release; \
    dpkg-query --status libc6 libgcc-s1 libstdc++6 > /runtime/var/lib/dpkg/status; \
    cp --parents --dereference /usr/share/doc/libc6/copyright /usr/share/doc/libgcc-s1/copyright \
      /usr/share/doc/libstdc++6/copyright /runtime; \
    echo 'hosts: files dns' > /runtime/etc/nsswitch.conf; \
    echo 'onhook:x:65532:65532:Onhook:/onhook:/usr/sbin/nologin' > /runtime/etc/passwd; \
    echo 'onhook:x:65532:' > /runtime/etc/group

# Where the admin role keeps its history; the one folder that the service's user may write to.
RUN mkdir -p /writable/data

# The same commit makes the same layers on the same build image, whoever builds it and when: one time, one owner, the same rights.
ARG SOURCE_DATE_EPOCH=0
RUN chmod -R u=rwX,go=rX /image /runtime /writable \
    && find /image /runtime /writable -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM scratch AS runtime
COPY --from=build /runtime/ /

FROM ${RUNTIME_IMAGE}
COPY --from=build /image/ /
COPY --from=build --chown=65532:65532 /writable/ /
# Of the heap docs/operations.md tells, "Memory".
ENV PATH=/usr/local/bin:/usr/bin:/bin:/nodejs/bin \
    ONHOOK_HISTORY_FILE=/data/history.sqlite \
    NODE_OPTIONS="--max-old-space-size=256 --max-semi-space-size=16"
WORKDIR /onhook
USER 65532:65532
# Can be written to although all else is read-only, and goes with the container unless it is given a name.
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 \
    CMD ["node", "/onhook/src/main.ts", "health"]
ENTRYPOINT ["node", "/onhook/src/main.ts"]
CMD ["run"]

ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="onhook" \
      org.opencontainers.image.description="A Kafka-native webhook engine: when a call goes on-hook, its webhooks fire." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
