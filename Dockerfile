# syntax=docker/dockerfile:1
#
# The speaker as an image: the stripped binary and the libraries it links, nothing else added.
#
#   docker build --tag bellman:0.1.0 .
#
# It runs as user 65532. Layer 2 needs the capability NET_RAW, the threads of the election and of BFD
# SYS_NICE, and a speaker that listens on port 179 NET_BIND_SERVICE. The binary carries them as file
# capabilities: a user other than root gets them where the container's bounding set has them
# (`--cap-drop ALL --cap-add NET_RAW --cap-add SYS_NICE --cap-add NET_BIND_SERVICE`), and the binary
# does not start where one is missing. TCP MD5 (TCP_MD5SIG) is open to every user.
# `--relay nftables` needs the capability NET_ADMIN, which nft carries in the same way.
#
# For several architectures:
#
#   docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/bellman:0.1.0 --push .
#
# The same image again, whenever it is built: name both images below by digest, the state of Debian's
# archive by its time on snapshot.debian.org (not before the images), and keep Package.resolved:
#
#   docker build --build-arg BUILD_IMAGE=swift@sha256:... --build-arg BASE_IMAGE=debian@sha256:... \
#     --build-arg SNAPSHOT=20260101T000000Z --build-arg SOURCE_DATE_EPOCH=0 .

ARG BUILD_IMAGE=swift:6.3.1-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
ARG SNAPSHOT=
COPY --chmod=0755 <<'SCRIPT' /usr/local/bin/use-snapshot
#!/bin/sh
# use-snapshot TIME: from now on apt takes bookworm as it was then. Nothing changes without a time.
set -eu
[ -n "$1" ] || exit 0
rm -f /etc/apt/sources.list.d/debian.sources
base=http://snapshot.debian.org/archive
cat >/etc/apt/sources.list <<LIST
deb [check-valid-until=no] $base/debian/$1 bookworm main
deb [check-valid-until=no] $base/debian/$1 bookworm-updates main
deb [check-valid-until=no] $base/debian-security/$1 bookworm-security main
LIST
SCRIPT
RUN use-snapshot "${SNAPSHOT}" \
  && apt-get update \
  && apt-get install --yes --no-install-recommends libpcap-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY Examples/announce-prefix Examples/announce-prefix
RUN swift build --configuration release --static-swift-stdlib -Xlinker -s --product bellman \
  && install -D --mode 0755 "$(swift build --configuration release --show-bin-path)/bellman" \
    /out/bellman

FROM ${BASE_IMAGE}
ARG SNAPSHOT=
# One layer: not every builder keeps file capabilities in COPY, and setcap in a layer of its own
# would store the binary twice.
RUN --mount=type=bind,from=build,source=/out,target=/out \
  --mount=type=bind,from=build,source=/usr/local/bin/use-snapshot,target=/usr/local/bin/use-snapshot \
  use-snapshot "${SNAPSHOT}" \
  && apt-get update \
  && apt-get install --yes --no-install-recommends libpcap0.8 libstdc++6 nftables libcap2-bin \
  && install --mode 0755 /out/bellman /usr/local/bin/bellman \
  && setcap cap_net_raw,cap_sys_nice,cap_net_bind_service+ep /usr/local/bin/bellman \
  && setcap cap_net_admin+ep /usr/sbin/nft \
  && apt-get purge --yes --auto-remove libcap2-bin \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner 65532 --group 65532 /run/bellman
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/bellman"]
CMD ["--help"]
