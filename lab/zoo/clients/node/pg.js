const { Client } = require('pg');
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: { rejectUnauthorized: false }, verified: true }[env.TLS];

async function connect() {
  const client = new Client({
    host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl,
    connectionTimeoutMillis: env.TIMEOUT * 1000,
  });
  await client.connect();
  return client;
}

run(connect, (client) => client.query(env.QUERY));
