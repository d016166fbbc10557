// Payments: asks wallet-service to move the money, records the transaction, has notification-service tell people.
'use strict';
const { Pool } = require('pg');
const { call, patience, serve, settings } = require('./service');

const { DB_HOST, DB_USER, DB_PASSWORD, DB_NAME, WALLET_URL, NOTIFICATION_URL } = settings;
const pool = new Pool({ host: DB_HOST, user: DB_USER, password: DB_PASSWORD, database: DB_NAME, ...patience.pg });
pool.on('error', (err) => console.error(`idle database connection lost: ${err.message}`));

async function list() {
  const { rows } = await pool.query('SELECT * FROM transactions ORDER BY id DESC LIMIT 20');
  return { transactions: rows };
}

async function pay({ body: { sender, receiver, amount_cents } }) {
  await call('POST', `${WALLET_URL}/move`, { sender, receiver, amount_cents });
  const { rows } = await pool.query(
    'INSERT INTO transactions (sender, receiver, amount_cents) VALUES ($1, $2, $3) RETURNING id',
    [sender, receiver, amount_cents],
  );
  await call('POST', `${NOTIFICATION_URL}/notify`, { to: receiver, text: `${sender} paid you ${amount_cents} cents` });
  return { id: rows[0].id };
}

serve('transaction-service', {
  routes: { 'GET /transactions': list, 'POST /transactions': pay },
  ready: () => pool.query('SELECT 1'),
});
