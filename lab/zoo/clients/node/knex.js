const knex = require('knex');
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: { rejectUnauthorized: false }, verified: true }[env.TLS];

async function connect() {
  return knex({
    client: 'pg',
    connection: { host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl },
    acquireConnectionTimeout: env.TIMEOUT * 1000,
  });
}

run(connect, (db) => db.raw(env.QUERY));
