require('reflect-metadata');
const { DataSource } = require('typeorm');
const { run, env } = require('./shapes');

async function connect() {
  const source = new DataSource({
    type: 'mysql', host: env.HOST, port: Number(env.PORT), username: env.LOGIN, password: env.PASSWORD,
    database: env.DATABASE, connectTimeout: env.TIMEOUT * 1000,
    ssl: { off: undefined, demanded: { rejectUnauthorized: false }, verified: {} }[env.TLS],
  });
  return source.initialize();
}

run(connect, (source) => source.query(env.QUERY));
