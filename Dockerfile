# syntax=docker/dockerfile:1

# --- build: TypeScript to JavaScript -------------------------------------------------------------------------------
FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: the image has the Node that package.json pins for development machines.
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

# --- dependencies: what the program needs to run --------------------------------------------------------------------
FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts

# --- the image ------------------------------------------------------------------------------------------------------
FROM node:26-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY LICENSE config.example.yaml ./
# A link, so that the command is called by its name: docker exec NAME passerelle user list
RUN ln -s /app/dist/gateway/main.js /usr/local/bin/passerelle \
 && chmod 755 /app/dist/gateway/main.js \
 && install -d -o node -g node -m 700 /data
USER node
WORKDIR /
VOLUME /data
ENV PASSERELLE_DATA=/data
EXPOSE 8443 8080
STOPSIGNAL SIGTERM
# The admin listener of the embedded default; set PASSERELLE_HEALTH where a configuration has it elsewhere.
ENV PASSERELLE_HEALTH=http://127.0.0.1:9090/healthz
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(process.env.PASSERELLE_HEALTH).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# npm is no part of the running program; node is the only process, and handles its own signals.
ENTRYPOINT ["passerelle"]
CMD ["serve"]
