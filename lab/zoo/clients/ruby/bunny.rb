require 'bunny'
require_relative 'shapes'

connect = lambda do
  Bunny.new(
    host: ENV['HOST'], port: ENV['PORT'].to_i, user: ENV['LOGIN'], password: ENV['PASSWORD'], vhost: ENV['DATABASE'],
    tls: ENV['TLS'] != 'off', verify_peer: ENV['TLS'] == 'verified', connection_timeout: ENV['TIMEOUT'].to_i,
    continuation_timeout: ENV['TIMEOUT'].to_i * 1000, recovery_attempts: 0, automatically_recover: false
  ).start
end

run(connect, ->(connection) { connection.create_channel.queue(ENV['QUERY']) })
