const axios = require('axios');
const { run, env } = require('./shapes');

run(async () => axios.create({ timeout: env.TIMEOUT * 1000 }), (client) => client.get(env.URL));
