# mailspec as an image: `docker build --tag mailspec --build-arg COMMIT="$(git rev-parse --short=12 HEAD)" .`
ARG BASE=node:24-bookworm-slim
FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY harness/net-mocks/package.json harness/net-mocks/
RUN npm ci --no-fund --no-audit --no-update-notifier
COPY . .
ARG COMMIT=
RUN npm run --silent build \
 && npm prune --omit=dev --no-fund --no-audit --no-update-notifier \
 # The image has a Node of its own, and no checkout that the workspace could be linked to.
 && rm -rf node_modules/node-linux-* node_modules/node-win-* node_modules/net-mocks

FROM ${BASE}
# The engine is spoken to through its socket; nothing else is needed of the system.
WORKDIR /opt/mailspec
COPY --from=build /src/package.json /src/LICENSE /src/README.md /src/CHANGELOG.md /src/targets.schema.json /src/mailspec-expected.schema.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY --from=build /src/harness/cli/mailspec.mjs ./harness/cli/mailspec.mjs
RUN ln -s /opt/mailspec/harness/cli/mailspec.mjs /usr/local/bin/mailspec \
 && install -d -m 0777 /work
LABEL org.opencontainers.image.title="mailspec" \
      org.opencontainers.image.description="Decides whether a mail server can be trusted" \
      org.opencontainers.image.licenses="MIT" \
      dev.mailspec.image=1
# How a report says that a check is asked again.
ENV MAILSPEC_COMMAND=mailspec
# Targets file and reports: mount a folder here, and run as its owner, or as root for the socket of the engine.
WORKDIR /work
USER node
ENTRYPOINT ["mailspec"]
CMD ["--help"]
