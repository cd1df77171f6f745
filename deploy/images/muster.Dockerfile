# One image for every process of the control plane, the dashboard's server and the `muster` command. What a container may
# do is decided by its command, its networks and the secrets it is given, not by what lies in the image.
#   docker build -f deploy/images/muster.Dockerfile -t muster .
ARG NODE_IMAGE=node:24-bookworm-slim

# Only what decides which packages are installed, so that a changed line of code does not install them again.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /opt/muster
COPY package.json package-lock.json .npmrc ./
COPY shared/contracts/package.json shared/contracts/
COPY shared/kernel/package.json shared/kernel/
COPY shared/posture/package.json shared/posture/
COPY shared/tooling/package.json shared/tooling/
COPY services/control-plane/package.json services/control-plane/
COPY services/cli/package.json services/cli/
COPY services/cli/bin services/cli/bin
COPY services/node-agent/package.json services/node-agent/
COPY web/package.json web/
COPY migrations/package.json migrations/
COPY deploy/package.json deploy/
COPY test/package.json test/

FROM manifests AS packages
RUN npm ci --ignore-scripts --omit=dev --workspace services/control-plane --workspace services/cli --workspace web

FROM manifests AS build
ENV TURBO_TELEMETRY_DISABLED=1
RUN npm ci --ignore-scripts
COPY . .
RUN node_modules/.bin/turbo run build --output-logs=errors-only --no-update-notifier
# What a server downloads. Each installation signs it with its own release key (muster setup).
RUN node --conditions=source deploy/agent/build-tarball.ts --arch x64 --out /opt/releases

FROM ${NODE_IMAGE}
# The user is a number of ours, so that it means nobody on the host.
RUN groupadd --gid 7410 muster \
 && useradd --uid 7410 --gid muster --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin muster \
 && install -d -m 0700 -o muster -g muster /var/lib/muster/installation /var/lib/muster/releases /run/muster \
 && for folder in api worker gateway signer sequencer prober auditor migrate; do install -d -m 0700 -o muster -g muster "/var/lib/muster/handed-out/$folder"; done \
 && for folder in postgres redis; do install -d -m 0755 -o muster -g muster "/var/lib/muster/handed-out/$folder"; done
WORKDIR /opt/muster
COPY --from=packages /opt/muster ./
COPY --from=build /opt/muster/shared/contracts/dist shared/contracts/dist
COPY --from=build /opt/muster/shared/kernel/dist shared/kernel/dist
COPY --from=build /opt/muster/shared/posture/dist shared/posture/dist
COPY --from=build /opt/muster/migrations/dist migrations/dist
COPY --from=build /opt/muster/services/control-plane/dist services/control-plane/dist
COPY --from=build /opt/muster/services/cli/dist services/cli/dist
COPY --from=build /opt/muster/web/build web/build
COPY --from=build /opt/releases /opt/releases
COPY deploy/images/healthy.mjs deploy/images/
RUN ln -s /opt/muster/services/cli/bin/muster.js /usr/local/bin/muster
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
USER muster
ENTRYPOINT ["node"]
CMD ["services/control-plane/dist/main/control-plane.js"]
