# A machine that is not one of the fleet and tries passwords.
ARG DEBIAN_IMAGE=debian:bookworm-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-client sshpass netcat-openbsd iproute2 \
 && rm -rf /var/lib/apt/lists/*
CMD ["sleep", "infinity"]
