require 'pg'
require_relative 'shapes'

MODES = { 'off' => 'disable', 'demanded' => 'require', 'verified' => 'verify-full' }.freeze

connect = lambda do
  PG.connect(
    host: ENV['HOST'], port: ENV['PORT'], user: ENV['LOGIN'], password: ENV['PASSWORD'], dbname: ENV['DATABASE'],
    sslmode: MODES[ENV['TLS']], sslrootcert: '/etc/ssl/certs/ca-certificates.crt', connect_timeout: ENV['TIMEOUT']
  )
end

run(connect, ->(connection) { connection.exec(ENV['QUERY']) })
