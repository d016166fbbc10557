require 'active_record'
require_relative 'shapes'

MODES = { 'off' => 'disable', 'demanded' => 'require', 'verified' => 'verify-full' }.freeze

connect = lambda do
  ActiveRecord::Base.establish_connection(
    adapter: 'postgresql', host: ENV['HOST'], port: ENV['PORT'].to_i, username: ENV['LOGIN'],
    password: ENV['PASSWORD'], database: ENV['DATABASE'], sslmode: MODES[ENV['TLS']],
    sslrootcert: '/etc/ssl/certs/ca-certificates.crt', connect_timeout: ENV['TIMEOUT'].to_i
  )
end

run(connect, ->(_) { ActiveRecord::Base.connection.execute(ENV['QUERY']) })
