# As the distroless images are made: node with the libraries that it loads, and nothing else, not even a shell.
#   --target without-path  the program of a healthcheck is found in no folder of the default PATH
#   --target with-path     the fix
FROM payflow/npm AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

FROM payflow/node AS node
USER root
RUN mkdir /root/image \
    && cp --parents --dereference $(ldd /nodejs/bin/node | grep --only-matching '/[^ ]*') /root/image \
    && cp --parents --recursive --dereference /nodejs /usr/share/nodejs /app /root/image

FROM scratch AS without-path
COPY --from=node /root/image /
COPY --from=deps /app/node_modules /app/node_modules
COPY migrations /app/migrations
COPY server.js /app/
USER 1001:1001
WORKDIR /app
ENV NODE_ENV=production
EXPOSE 3000
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["server.js"]

FROM without-path AS with-path
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
