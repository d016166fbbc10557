// The healthcheck of every service: `node probe.js /ready` asks the server in this container and prints its answer.
'use strict';
const http = require('node:http');

const url = `http://127.0.0.1:${process.env.PORT || 3000}${process.argv[2]}`;
http
  .get(url, (response) => {
    process.stdout.write(`${response.statusCode} `);
    response.pipe(process.stdout);
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  })
  .on('error', (err) => {
    console.log(err.message);
    process.exitCode = 1;
  });
