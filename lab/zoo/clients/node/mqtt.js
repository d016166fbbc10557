const mqtt = require('mqtt');
const { run, env } = require('./shapes');

function connect() {
  return mqtt.connectAsync(env.URL, { connectTimeout: env.TIMEOUT * 1000, reconnectPeriod: 0 }, false);
}

run(connect, (client) => client.publishAsync('orders', 'order'));
