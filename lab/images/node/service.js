// What the six services have in common: settings without which they do not start, an HTTP server that speaks JSON, /health
// (the process is alive), /ready (what it depends on answers), and an orderly end on SIGTERM.
'use strict';
const http = require('node:http');

// How long a database or Redis may be silent before that is an error, as options of their clients. The client of Redis
// would by default give up for good then; here it connects again.
const reconnectStrategy = (tries) => Math.min(2000, 50 * 2 ** tries);
const patience = {
  pg: { connectionTimeoutMillis: 3000, query_timeout: 3000 },
  redis: { disableOfflineQueue: true, pingInterval: 1000, socket: { socketTimeout: 3000, reconnectStrategy } },
};

// The environment, where a setting that is missing ends the process: `const { DB_HOST, DB_NAME } = settings`.
const settings = new Proxy(process.env, {
  get(env, name) {
    if (env[name]) return env[name];
    console.error(`Missing required environment variable: ${name}`);
    return process.exit(1);
  },
});

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {};
}

async function answer(route, request) {
  if (!route) return [404, { error: 'no such path' }];
  try {
    return [200, await route({ body: await body(request) })];
  } catch (err) {
    console.error(`${request.method} ${request.url} failed: ${err.message}`);
    return [err.status || 500, { error: err.message }];
  }
}

// routes: {'POST /login': async ({body}) => an object, or a string of HTML}; ready: throws while a dependency does not answer.
function serve(name, { routes, ready = async () => {} }) {
  const probes = {
    'GET /health': async () => ({ status: 'alive' }),
    'GET /ready': async () => {
      try {
        await ready();
        return { status: 'ready' };
      } catch (err) {
        throw Object.assign(err, { status: 503 });
      }
    },
  };
  const all = { ...probes, ...routes };
  const server = http.createServer(async (request, response) => {
    const [status, result] = await answer(all[`${request.method} ${request.url}`], request);
    const html = typeof result === 'string';
    response.writeHead(status, { 'content-type': html ? 'text/html; charset=utf-8' : 'application/json' });
    response.end(html ? result : JSON.stringify(result));
  });
  const port = Number(process.env.PORT || 3000);
  server.listen(port, () => console.log(`${name} listening on port ${port}`));
  process.on('SIGTERM', () => {
    console.log(`${name} received SIGTERM, closing`);
    process.exit(0);
  });
}

// One request to another service; throws what went wrong, with the status to pass on.
async function call(method, url, payload) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: payload && JSON.stringify(payload) }).catch((err) => {
    throw Object.assign(new Error(`${url}: ${err.cause ? err.cause.message : err.message}`), { status: 502 });
  });
  const result = await response.json();
  if (!response.ok) throw Object.assign(new Error(result.error), { status: response.status });
  return result;
}

module.exports = { call, patience, serve, settings };
