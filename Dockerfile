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

FROM swift:6.2-bookworm AS build
RUN apt-get update \
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

FROM debian:bookworm-slim
# One layer: not every builder keeps file capabilities in COPY, and setcap in a layer of its own
# would store the binary twice.
RUN --mount=type=bind,from=build,source=/out,target=/out \
  apt-get update \
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
