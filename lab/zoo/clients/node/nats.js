const { connect } = require('nats');
const { run, env } = require('./shapes');

run(
  () => connect({ servers: `${env.HOST}:${env.PORT}`, timeout: env.TIMEOUT * 1000, user: env.LOGIN, pass: env.PASSWORD }),
  (connection) => connection.flush(),
);
