require 'faraday'
require_relative 'shapes'

connect = lambda do
  Faraday.new(request: { timeout: ENV['TIMEOUT'].to_i }) { |faraday| faraday.response :raise_error }
end

run(connect, ->(client) { client.get(ENV['URL']) })
