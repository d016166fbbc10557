const mariadb = require('mariadb');
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: { rejectUnauthorized: false }, verified: true }[env.TLS];

function connect() {
  return mariadb.createConnection({
    host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl,
    connectTimeout: env.TIMEOUT * 1000,
  });
}

run(connect, (connection) => connection.query(env.QUERY));
