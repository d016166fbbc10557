# The service as many begin: one stage, with all that built it, run as root; a chown in a step of its own comes last.
FROM payflow/npm
WORKDIR /app
COPY . .
COPY --from=payflow/node /app/service.js /app/probe.js ./
RUN npm ci
RUN chown --recursive 1001:1001 /app
ENV NODE_ENV=production
EXPOSE 3000
ENTRYPOINT ["/usr/bin/node"]
CMD ["server.js"]
