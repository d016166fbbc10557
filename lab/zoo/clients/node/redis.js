const { createClient } = require('redis');
const { run, env } = require('./shapes');

async function connect() {
  const client = createClient({
    password: env.PASSWORD || undefined,
    socket: {
      host: env.HOST, port: Number(env.PORT), connectTimeout: env.TIMEOUT * 1000, reconnectStrategy: false,
      tls: env.TLS !== 'off', rejectUnauthorized: env.TLS === 'verified',
    },
  });
  if (env.SHAPE !== 'uncaught') client.on('error', () => {});
  await client.connect();
  return client;
}

run(connect, (client) => client.sendCommand(env.QUERY.split(' ')));
