module Main where

import Data.String (fromString)
import Database.PostgreSQL.Simple
import System.Environment (getEnv)

main :: IO ()
main = do
  [host, port, user, password, database, query_] <- mapM getEnv ["HOST", "PORT", "LOGIN", "PASSWORD", "DATABASE", "QUERY"]
  connection <- connect (ConnectInfo host (read port) user password database)
  _ <- execute_ connection (fromString query_)
  putStrLn "ready"
