# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit
COPY tsconfig.json rolldown.config.ts ./
COPY src ./src
COPY scripts/documents.ts ./scripts/documents.ts
COPY docs ./docs
COPY config/prometheus/rules ./config/prometheus/rules
COPY grafana/generated ./grafana/generated
ARG REVISION=unknown
RUN npm run build && mkdir data

# Node.js and its libraries, without shell, package manager or root: nothing there to break into or to keep patched.
FROM gcr.io/distroless/nodejs22-debian12:nonroot
ARG REVISION=unknown
ARG VERSION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="aws-connections-exporter" \
      org.opencontainers.image.description="Prometheus exporter for the connections AWS hides: Client VPN and API Gateway WebSocket" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=build /app/dist ./dist

# The ledger: the only folder that is written, so the rest may be mounted read-only (docker run --read-only).
COPY --from=build --chown=65532:65532 /app/data /data
VOLUME /data
ENV NODE_ENV=production \
    HOME=/home/nonroot \
    AWS_CONNECTIONS_EXPORTER_STORAGE_PATH=/data

USER 65532:65532
EXPOSE 10176 10177
# Where the connection is closed at once, Node.js can end before fetch does: that is no health either.
# An answer will do, also one that asks for a password or for TLS: who could be let in is for the web configuration to say.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["/nodejs/bin/node", "-e", "process.exitCode = 1; fetch('http://127.0.0.1:10176/-/healthy').then((answer) => process.exit(answer.status < 500 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
