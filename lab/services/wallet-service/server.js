// Balances, and moving money between two wallets in one database transaction.
'use strict';
const { Pool } = require('pg');
const { patience, serve, settings } = require('./service');

const { DB_HOST, DB_USER, DB_PASSWORD, DB_NAME } = settings;
const pool = new Pool({ host: DB_HOST, user: DB_USER, password: DB_PASSWORD, database: DB_NAME, ...patience.pg });
pool.on('error', (err) => console.error(`idle database connection lost: ${err.message}`));

async function list() {
  const { rows } = await pool.query('SELECT owner, balance_cents FROM wallets ORDER BY owner');
  return { wallets: rows };
}

async function move({ body: { sender, receiver, amount_cents } }) {
  const client = await pool.connect();
  const change = 'UPDATE wallets SET balance_cents = balance_cents + $1 WHERE owner = $2';
  try {
    await client.query('BEGIN');
    for (const [amount, owner] of [[-amount_cents, sender], [amount_cents, receiver]]) {
      const { rowCount } = await client.query(change, [amount, owner]);
      if (!rowCount) throw Object.assign(new Error(`no wallet of ${owner}`), { status: 404 });
    }
    await client.query('COMMIT');
  } catch (err) {
    await client.query('ROLLBACK');
    throw err;
  } finally {
    client.release();
  }
  return { moved_cents: amount_cents };
}

serve('wallet-service', {
  routes: { 'GET /wallets': list, 'POST /move': move },
  ready: () => pool.query('SELECT 1'),
});
