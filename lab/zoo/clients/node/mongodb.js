const { MongoClient } = require('mongodb');
const { run, env } = require('./shapes');

async function connect() {
  const client = new MongoClient(env.URL, { serverSelectionTimeoutMS: env.TIMEOUT * 1000, tls: env.TLS !== 'off' });
  await client.connect();
  return client;
}

run(connect, (client) => client.db().collection('orders').findOne());
