const { Sequelize } = require('sequelize');
const { run, env } = require('./shapes');

const ssl = { off: false, demanded: { rejectUnauthorized: false }, verified: true }[env.TLS];

async function connect() {
  const sequelize = new Sequelize(env.DATABASE, env.LOGIN, env.PASSWORD, {
    host: env.HOST, port: Number(env.PORT), dialect: 'postgres', logging: false,
    dialectOptions: { ssl, connectionTimeoutMillis: env.TIMEOUT * 1000 },
  });
  await sequelize.authenticate();
  return sequelize;
}

run(connect, (sequelize) => sequelize.query(env.QUERY));
