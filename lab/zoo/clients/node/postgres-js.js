const postgres = require('postgres');
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: 'require', verified: 'verify-full' }[env.TLS];

async function connect() {
  return postgres({ host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl, connect_timeout: Number(env.TIMEOUT), max: 1 });
}

run(connect, (sql) => sql.unsafe(env.QUERY));
