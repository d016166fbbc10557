const mysql = require('mysql2/promise');
const { run, env } = require('./shapes');

const ssl = { off: undefined, demanded: { rejectUnauthorized: false }, verified: {} }[env.TLS];

function connect() {
  return mysql.createConnection({
    host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl,
    connectTimeout: env.TIMEOUT * 1000,
  });
}

run(connect, (connection) => connection.query(env.QUERY));
