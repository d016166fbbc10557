# Two stages, and of the packages only what runs: tests and documentation go before they are copied.
FROM payflow/npm AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev \
    && npm cache clean --force \
    && find node_modules -depth -type d \( -name test -o -name tests -o -name docs \) -exec rm -r {} + \
    && find node_modules -type f \( -iname '*.md' -o -name '*.ts' -o -name '*.map' \) -delete

FROM payflow/node
COPY --from=deps /app/node_modules ./node_modules
COPY migrations ./migrations
COPY server.js ./
EXPOSE 3000
CMD ["server.js"]
