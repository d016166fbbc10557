const mysql = require('mysql');
const { run, env } = require('./shapes');

const ssl = { off: undefined, demanded: { rejectUnauthorized: false }, verified: {} }[env.TLS];

function connect() {
  const connection = mysql.createConnection({
    host: env.HOST, port: Number(env.PORT), user: env.LOGIN, password: env.PASSWORD, database: env.DATABASE, ssl,
    connectTimeout: env.TIMEOUT * 1000,
  });
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

function ask(connection) {
  return new Promise((resolve, reject) => {
    connection.query(env.QUERY, (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

run(connect, ask);
