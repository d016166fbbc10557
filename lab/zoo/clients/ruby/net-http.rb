require 'net/http'
require_relative 'shapes'

ask = lambda do |uri|
  wait = ENV['TIMEOUT'].to_i
  options = { use_ssl: uri.scheme == 'https', open_timeout: wait, read_timeout: wait, max_retries: 0 }
  Net::HTTP.start(uri.host, uri.port, options) { |http| http.get('/').value }
end

run(-> { URI(ENV['URL']) }, ask)
