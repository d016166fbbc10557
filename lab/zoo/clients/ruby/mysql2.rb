require 'mysql2'
require_relative 'shapes'

MODES = { 'off' => :disabled, 'demanded' => :required, 'verified' => :verify_identity }.freeze

connect = lambda do
  Mysql2::Client.new(
    host: ENV['HOST'], port: ENV['PORT'].to_i, username: ENV['LOGIN'], password: ENV['PASSWORD'],
    database: ENV['DATABASE'], ssl_mode: MODES[ENV['TLS']], connect_timeout: ENV['TIMEOUT'].to_i
  )
end

run(connect, ->(client) { client.query(ENV['QUERY']) })
