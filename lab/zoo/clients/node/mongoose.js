const mongoose = require('mongoose');
const { run, env } = require('./shapes');

const Order = mongoose.model('Order', new mongoose.Schema({ name: String }));

run(
  () => mongoose.connect(env.URL, { serverSelectionTimeoutMS: env.TIMEOUT * 1000, tls: env.TLS !== 'off' }),
  () => Order.findOne(),
);
