const Redis = require('ioredis');
const { run, env } = require('./shapes');

async function connect() {
  return new Redis({
    host: env.HOST, port: Number(env.PORT), password: env.PASSWORD || undefined,
    connectTimeout: env.TIMEOUT * 1000, commandTimeout: env.TIMEOUT * 2000, maxRetriesPerRequest: Number(env.TRIES),
    tls: env.TLS === 'off' ? undefined : { rejectUnauthorized: env.TLS === 'verified' },
  });
}

run(connect, (client) => client.call(...env.QUERY.split(' ')));
