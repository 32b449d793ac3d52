# Builds with what npm ships; runs as an ordinary user, with outside stores (see compose.yaml) or everything embedded.
FROM node:20-bookworm-slim AS build
WORKDIR /app
# The tag that it is built from: docker build --build-arg JAWAB_VERSION=$(git describe --tags) .
ARG JAWAB_VERSION
COPY package.json package-lock.json ./
COPY src/cli/start.mjs src/cli/start.mjs
COPY prisma prisma
RUN npm install --ignore-scripts --no-save --no-audit --no-fund
COPY . .
RUN node src/cli/start.mjs prepare && npm prune --omit=dev --no-save

FROM node:20-bookworm-slim
WORKDIR /app
# Threads share two pools of memory: 10 MB less (docs/performance.md).
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data MALLOC_ARENA_MAX=2
RUN install -d -o node -g node /data
# What says messages aloud (protection P26).
RUN apt-get update && apt-get install -y --no-install-recommends espeak-ng opus-tools && rm -rf /var/lib/apt/lists/*
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/locales locales
COPY --from=build /app/prisma prisma
COPY --from=build /app/package.json package.json
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/readyz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Memory as it is measured (docs/performance.md): a heap of 256 MB at the most is three times what is held.
CMD ["node", "--max-old-space-size=256", "--max-semi-space-size=8", "dist/src/cli/jawab.js", "start"]
