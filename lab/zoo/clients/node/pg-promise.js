const pgp = require('pg-promise')();
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: { rejectUnauthorized: false }, verified: true }[env.TLS];

async function connect() {
  return pgp({ host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl, connectionTimeoutMillis: env.TIMEOUT * 1000 });
}

run(connect, (db) => db.any(env.QUERY));
