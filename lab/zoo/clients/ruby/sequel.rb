require 'sequel'
require_relative 'shapes'

MODES = { 'off' => 'disable', 'demanded' => 'require', 'verified' => 'verify-full' }.freeze

connect = lambda do
  Sequel.connect(
    adapter: 'postgres', host: ENV['HOST'], port: ENV['PORT'].to_i, user: ENV['LOGIN'], password: ENV['PASSWORD'],
    database: ENV['DATABASE'], sslmode: MODES[ENV['TLS']], sslrootcert: '/etc/ssl/certs/ca-certificates.crt',
    connect_timeout: ENV['TIMEOUT'].to_i
  )
end

run(connect, ->(database) { database.fetch(ENV['QUERY']).all })
