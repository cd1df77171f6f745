# Ansible from Debian, tuned: kept connections, pipelining, no fact gathering.
ARG DEBIAN_IMAGE=debian:bookworm-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ansible-core openssh-client \
 && rm -rf /var/lib/apt/lists/* && mkdir -p -m 700 /root/.ssh
ENV ANSIBLE_PIPELINING=1 ANSIBLE_HOST_KEY_CHECKING=0 ANSIBLE_REMOTE_USER=root \
    ANSIBLE_SSH_ARGS="-o ControlMaster=auto -o ControlPersist=600s -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
CMD ["sleep", "infinity"]
